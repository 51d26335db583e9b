"""Columns of a bucket as they lie in few bytes: what is counted there never becomes a list."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, overload

MISSING = 2
"""A truth value that is not known, as a byte."""


class Flags(Sequence["bool | None"]):
    """Truth values and nulls, a byte each: 0, 1, and 2 for null."""

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content)

    @overload
    def __getitem__(self, place: int) -> bool | None: ...
    @overload
    def __getitem__(self, place: slice) -> Flags: ...
    def __getitem__(self, place: int | slice) -> bool | Flags | None:
        if isinstance(place, slice):
            return Flags(self._content[place])
        value = self._content[place]
        return None if value == MISSING else bool(value)

    def count(self, value: Any) -> int:
        """How often it is there, without looking at each."""
        return self._content.count(MISSING if value is None else int(value))

    def tally(self, first: int, stop: int) -> tuple[int, int]:
        """How many of some consecutive ones are true, and how many are known."""
        return self._content.count(1, first, stop), stop - first - self._content.count(MISSING, first, stop)


class Times(Sequence[int]):
    """Ascending whole numbers as multiples of a unit from the first: only those that are asked for are made."""

    __slots__ = ("_offsets", "_start", "_unit")

    def __init__(self, start: int, unit: int, offsets: array[int]) -> None:
        self._start, self._unit, self._offsets = start, unit, offsets

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Times: ...
    def __getitem__(self, place: int | slice) -> int | Times:
        if isinstance(place, slice):
            return Times(self._start, self._unit, self._offsets[place])
        return self._start + self._unit * self._offsets[place]

    def up_to(self, moment: int) -> int:
        """How many of them are no greater, found without making any."""
        return bisect_right(self._offsets, (moment - self._start) // self._unit)
