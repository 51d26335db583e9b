"""Values as JSON: a few rows by themselves, many a column at a time, and the same texts either way.

JSON has no moments, which are ISO 8601 in UTC, and no NaN or infinity, which are null.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import isfinite

from serin.domain.moments import moment_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from serin.domain.features import Value
    from serin.serving.rows import Rows

FEW = 3
"""As many rows are written sooner one by one."""


def value_text(value: Any) -> str:
    """One value, or an object or a list of them."""
    if value is True or value is False or value is None:
        return LITERAL[value]
    if type(value) is float and isfinite(value):
        return repr(value)
    try:
        return _ENCODED(value)
    except ValueError:
        # A number that is none; hardly a row has one.
        return _ENCODED(_finite(value))


def row_texts(rows: Rows, known: ColumnTexts | None = None) -> list[str]:
    """Each row as an object; `known` keeps the texts of columns that other rows have too."""
    if rows.count <= FEW or not rows.columns:
        return [value_text(row) for row in rows]
    known = ColumnTexts() if known is None else known
    names = [text(name).replace("%", "%%") for name in rows.columns]
    form = "{" + ",".join([f"{name}:%s" for name in names]) + "}"
    return list(map(form.__mod__, zip(*map(known.texts, rows.columns.values()), strict=True)))


class ColumnTexts:
    """The texts of columns, each written once."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[Sequence[Value], list[str]]] = {}

    def texts(self, column: Sequence[Value]) -> list[str]:
        """A text for each value."""
        if (written := self._written.get(id(column))) is None:
            # With the column itself, whose id is its own for as long as it is kept.
            written = self._written[id(column)] = column, column_texts(column)
        return written[1]


def column_texts(column: Sequence[Any]) -> list[str]:
    """Each value of a column, as `value_text` writes it."""
    if len(column) <= FEW:
        return list(map(value_text, column))
    kinds = set(map(type, column))
    nulls = type(None) in kinds
    kinds.discard(type(None))
    if not kinds:
        return ["null"] * len(column)
    kind = kinds.pop()
    if kinds or kind not in _WRITERS or (kind is float and not isfinite(sum(filter(None, column)))):
        return list(map(value_text, column))
    if kind is datetime:
        # Equal ones of these have equal texts.
        written = {value: value_text(value) for value in set(column)}
        return [written[value] for value in column]
    write = _WRITERS[kind]
    return ["null" if value is None else write(value) for value in column] if nulls else list(map(write, column))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value


LITERAL: Mapping[bool | None, str] = {True: "true", False: "false", None: "null"}
text: Callable[[str], str] = json.encoder.encode_basestring_ascii
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: text, float: repr, int: repr, bool: LITERAL.__getitem__, datetime: moment_text
}  # fmt: skip
_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"), default=moment_text).encode
