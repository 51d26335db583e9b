"""When a change began: the split of a series of days that explains it best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate


@dataclass(frozen=True)
class Day:
    """A statistic of one day's rows."""

    at: datetime
    value: float


def onset(days: Sequence[Day]) -> datetime | None:
    """The first day after the change: of all splits in two, the one with the least squares around the two means.

    The days must hold some of before. None for fewer than two days, or where all are alike.
    """
    values = [day.value for day in days]
    if len(values) < 2 or max(values) - min(values) <= 0:
        return None
    whole, sums = math.fsum(values), list(accumulate(values))
    # Least squares within is greatest squares between (Page 1957 for one change of a mean).
    return days[max(range(1, len(values)), key=lambda split: _between(sums[split - 1], whole, split, len(values)))].at


def _between(first: float, whole: float, split: int, count: int) -> float:
    return first * first / split + (whole - first) ** 2 / (count - split)
