"""Windowed aggregates at a moment, from the buckets of one entity; plain Python, for `predict`."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from serin.domain.arithmetic import exact_sum, extreme
from serin.domain.bucket_columns import Flags
from serin.domain.buckets import MICROSECOND, Bucket, moment_of
from serin.domain.charter import Scalar, View, Window


class Counted(NamedTuple):
    """The windows' values, and when the newest event happened that is known; None when there is none."""

    values: Mapping[str, Scalar | None]
    newest: datetime | None


class _Part(NamedTuple):
    """The events of one bucket that a window holds: those from `first` on, before `stop`, in a column of values."""

    column: Sequence[Any]
    first: int
    stop: int

    @property
    def values(self) -> Sequence[Any]:
        """Without nulls, which are no values."""
        values = self.column[self.first : self.stop]
        # An array holds numbers and nothing else, so it need not be looked through.
        if type(values) is array or not values.count(None):
            return values
        return [value for value in values if value is not None]


class ViewWindows:
    """The windows of one view."""

    def __init__(self, view: View) -> None:
        self._windows = [(window, window.over // MICROSECOND) for window in view.windows]

    def counted(self, buckets: Sequence[Bucket], moment: int) -> Counted:
        """What they hold at a moment, in microseconds since 1970; `buckets` are those of one entity, oldest first."""
        known = [(bucket, places) for bucket in buckets if (places := bucket.known_at(moment))]
        values: dict[str, Scalar | None] = {}
        for window, over in self._windows:
            values[window.name] = _value(window, [_part(*of, moment - over, window.of) for of in known])
        if not known:
            return Counted(values, None)
        bucket, places = known[-1]
        return Counted(values, moment_of(bucket.times[places[-1]]))


def _part(bucket: Bucket, places: Sequence[int], after: int, name: str) -> _Part:
    """The bucket's known events that happened later than `after`."""
    first, column = bucket.up_to(after), bucket.values[name]
    if type(places) is range:
        return _Part(column, first, len(places))
    return _Part([column[place] for place in places], bisect_left(places, first), len(places))


def _value(window: Window, parts: Sequence[_Part]) -> Scalar | None:
    if window.do == "rate":
        return _rate(parts)
    filled = [values for part in parts if part.first < part.stop and (values := part.values)]
    if window.do == "count":
        return sum(map(len, filled))
    if not filled:
        return None
    if window.do == "last":
        last: Scalar = filled[-1][-1]
        return last
    values = filled[0] if len(filled) == 1 else list(chain.from_iterable(filled))
    if window.do in ("min", "max"):
        return extreme(values, greatest=window.do == "max")
    total = exact_sum(values)
    return total if window.do == "sum" or total is None else total / len(values)


def _rate(parts: Sequence[_Part]) -> float | None:
    true = known = 0
    for column, first, stop in parts:
        if first >= stop:
            continue
        of_part = column.tally(first, stop) if type(column) is Flags else _tally(column[first:stop])
        true, known = true + of_part[0], known + of_part[1]
    return float(true) / known if known else None


def _tally(values: Sequence[Any]) -> tuple[int, int]:
    return values.count(True), len(values) - values.count(None)
