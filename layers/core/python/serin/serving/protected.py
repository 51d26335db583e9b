"""Requests whose personal values are replaced by what stands for them, before anything is looked up or logged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from serin.serving.rows import Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Digests = Callable[[str, Collection[str]], Mapping[str, str]]
"""What stands for each of these values of a column of that name."""


def protected(instances: Rows, columns: Sequence[str], digests: Digests) -> Rows:
    """The instances with digests in these columns; a null is nobody."""
    by_column = {column: hidden(instances.columns[column], column, digests) for column in columns}
    return Rows({**instances.columns, **by_column}, instances.count)


def hidden(values: Sequence[Any], column: str, digests: Digests) -> list[str | None]:
    """What stands for each value of one column; a null is nobody."""
    known = {value for value in values if value is not None}
    by_value = digests(column, known) if known else {}
    return [None if value is None else by_value[value] for value in values]
