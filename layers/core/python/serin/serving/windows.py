"""Windowed aggregates at a moment, from the buckets of one entity; plain Python, for `predict`."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from serin.domain.arithmetic import exact_sum, extreme
from serin.domain.buckets import MICROSECOND, Bucket, micros, moment_of
from serin.domain.charter import Scalar, View, Window


class Counted(NamedTuple):
    """The windows' values, and when the newest event happened that is known; None when there is none."""

    values: Mapping[str, Scalar | None]
    newest: datetime | None


def counted(view: View, buckets: Sequence[Bucket], now: datetime) -> Counted:
    """What the view's windows hold at `now`; `buckets` are those of one entity, oldest first."""
    moment = micros(now)
    known = [(bucket, places) for bucket in buckets if (places := bucket.known_at(moment))]
    values: dict[str, Scalar | None] = {}
    for window in view.windows:
        after = moment - window.over // MICROSECOND
        values[window.name] = _value(window, [_part(bucket, places, after, window.of) for bucket, places in known])
    if not known:
        return Counted(values, None)
    bucket, places = known[-1]
    return Counted(values, moment_of(bucket.times[places[-1]]))


def _part(bucket: Bucket, places: Sequence[int], after: int, name: str) -> Sequence[Any]:
    """The values of the bucket's known events that happened later than `after`; nulls are none."""
    first, column = bucket.up_to(after), bucket.values[name]
    if type(places) is range:
        values = column[first : len(places)]
    else:
        values = [column[place] for place in places[bisect_left(places, first) :]]
    # An array holds numbers and nothing else, so it need not be looked through.
    if type(values) is array or not values.count(None):
        return values
    return [value for value in values if value is not None]


def _value(window: Window, parts: Sequence[Sequence[Any]]) -> Scalar | None:
    count = sum(map(len, parts))
    if window.do == "count":
        return count
    if not count:
        return None
    if window.do == "rate":
        return float(sum(part.count(True) for part in parts)) / count
    filled = [part for part in parts if part]
    if window.do == "last":
        last: Scalar = filled[-1][-1]
        return last
    values = filled[0] if len(filled) == 1 else list(chain.from_iterable(filled))
    if window.do in ("min", "max"):
        return extreme(values, greatest=window.do == "max")
    total = exact_sum(values)
    return total if window.do == "sum" or total is None else total / count
