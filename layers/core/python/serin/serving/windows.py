"""Windowed aggregates at a moment, from the buckets of one entity; plain Python, for `predict`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serin.domain.arithmetic import exact_sum, extreme
from serin.domain.buckets import MICROSECOND, Bucket, micros, moment_of
from serin.domain.charter import Scalar, View, Window


@dataclass(frozen=True)
class Counted:
    """The windows' values, and when the newest event happened that is known; None when there is none."""

    values: Mapping[str, Scalar | None]
    newest: datetime | None


def counted(view: View, buckets: Sequence[Bucket], now: datetime) -> Counted:
    """What the view's windows hold at `now`; `buckets` are those of one entity, oldest first."""
    moment = micros(now)
    known = [(bucket, index) for bucket in buckets for index in bucket.known_at(moment)]
    times = [bucket.times[index] for bucket, index in known]
    values = {}
    for window in view.windows:
        first = bisect_right(times, moment - window.over // MICROSECOND)
        found = (bucket.values[window.of][index] for bucket, index in known[first:])
        values[window.name] = _value(window, [value for value in found if value is not None])
    return Counted(values, moment_of(times[-1]) if times else None)


def _value(window: Window, found: list[Any]) -> Scalar | None:
    if window.do == "count":
        return len(found)
    if not found:
        return None
    if window.do == "last":
        last: Scalar = found[-1]
        return last
    if window.do in ("min", "max"):
        return extreme(found, greatest=window.do == "max")
    total = exact_sum(found)
    return total if window.do == "sum" or total is None else total / len(found)
