"""Rows kept by column: what is done to all rows of a request is done a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias, overload

    from serin.domain.features import Value

Instance: TypeAlias = "Mapping[str, Value]"
AnyRows: TypeAlias = "Rows | Sequence[Instance]"


class Rows:
    """`count` rows; `columns` are the values of all of them by name, and none is ever written to."""

    __slots__ = ("columns", "count")

    def __init__(self, columns: Mapping[str, Sequence[Value]], count: int) -> None:
        self.columns, self.count = columns, count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return (self._row(number) for number in range(self.count))

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, rows: int) -> dict[str, Value]: ...
        @overload
        def __getitem__(self, rows: slice) -> Rows: ...

    def __getitem__(self, rows: int | slice) -> dict[str, Value] | Rows:
        """A row by itself, or some consecutive ones."""
        if isinstance(rows, slice):
            return self.of(range(self.count)[rows])
        return self._row(rows)

    def of(self, numbers: Sequence[int]) -> Rows:
        """These of the rows."""
        columns = {name: [column[number] for number in numbers] for name, column in self.columns.items()}
        return Rows(columns, len(numbers))

    def _row(self, number: int) -> dict[str, Value]:
        return {name: column[number] for name, column in self.columns.items()}


def rows_of(rows: Sequence[Instance], names: Sequence[str]) -> Rows:
    """Rows that come one by one, each with these columns."""
    return Rows(dict(zip(names, columns_of(rows, names), strict=True)), len(rows))


def columns_of(rows: AnyRows, names: Sequence[str]) -> list[Sequence[Value]]:
    """These columns of rows, however they are kept."""
    if isinstance(rows, Rows):
        return [rows.columns[name] for name in names]
    return list(zip(*map(pick(names), rows), strict=True)) or [()] * len(names)


def pick(places: Sequence[Any]) -> Callable[[Any], Sequence[Any]]:
    """What gives the values at these places, as many as they are."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: [values[place] for place in places]
