"""What is read of a compiled model's file when it is opened; how it lies there is `serin.serving.compiled.layout`."""

from __future__ import annotations

import json
import struct
from functools import cached_property

from serin.domain.errors import Corrupt, SerinError
from serin.serving.package import ServedColumn

# From `typing` itself it would cost a start of `predict` more than the rest of this file; so do dataclasses.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from serin.domain.charter import Scalar, Task
    from serin.serving.compiled.margins import Margins

NULL, UNKNOWN = -2, -1
"""The codes of a null and of a category that is not in the list; those of the others count from 0."""
HEADER = struct.Struct("<8s4I5q")
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, SerinError)


class Sizes:
    """What the header of a file counts."""

    def __init__(self, content: bytes) -> None:
        _, _, self.inputs, self.slots, self.outputs, ints, doubles, self.nodes, text, self.trees = HEADER.unpack_from(
            content
        )
        start = HEADER.size + ints * 4 + ints % 2 * 4 + doubles * 8 + self.nodes * 16
        self.text = slice(start, start + text)


class Opened:
    """What a file says of itself beside its numbers: a `serin.serving.compiled.layout.Description`."""

    def __init__(self, record: dict[str, Any], sizes: Sizes) -> None:
        self.task: Task = record["task"]
        self.columns = tuple(_column(**column) for column in record["columns"])
        self.classes: tuple[Scalar, ...] = tuple(record["classes"])
        self.unexplained: str | None = record.get("unexplained")
        self._margins, self._sizes = record.get("margins"), sizes
        if set(map(type, self.classes)) - {str, int, float, bool}:
            raise TypeError("a class is no scalar")

    @cached_property
    def margins(self) -> Margins | None:
        """How its scores are explained, read when somebody asks; raises Corrupt where it does not fit the file."""
        if self._margins is None:
            return None
        from serin.domain.records import from_record
        from serin.serving.compiled.margins import Margins

        try:
            margins = from_record(Margins, self._margins)
        except _UNREADABLE as error:
            raise _corrupt(f"its description cannot be read: {error}") from error
        if not margins.fits(self._sizes.inputs, self._sizes.slots, len(self.classes)):
            raise _corrupt("its description names slots, columns or classes that are not there")
        return margins


def opened(content: bytes, sizes: Sizes) -> Opened:
    """The text of a file that the kernel accepted; raises Corrupt for one that does not fit its numbers."""
    try:
        about = Opened(json.loads(content[sizes.text]), sizes)
    except _UNREADABLE as error:
        raise _corrupt(f"its description cannot be read: {error}") from error
    if len(about.columns) != sizes.inputs or outputs_of(about.task, about.classes) != sizes.outputs:
        raise _corrupt("its description is of another model")
    return about


def outputs_of(task: Task, classes: Sequence[Scalar]) -> int:
    """How many scores a row has: one for each class of a multiclass task, otherwise one."""
    return len(classes) if task == "multiclass" else 1


def _column(**parts: Any) -> ServedColumn:
    column = ServedColumn(**parts)
    if set(map(type, (column.name, *column.categories))) != {str}:
        raise TypeError("a column is no text")
    return column


def _corrupt(what: str) -> Corrupt:
    return Corrupt(f"The compiled model is damaged: {what}.", "Release the version again, or train a new one.")
