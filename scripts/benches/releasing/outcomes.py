"""How a release ended, and what many of them come to."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["promoted", "rolled_back", "held"]
STATUSES: tuple[Status, ...] = ("promoted", "rolled_back", "held")


@dataclass(frozen=True)
class End:
    """How one release ended: after how many requests with traffic split, with how many failed calls of the candidate.

    `pairs` of the shadow came before.
    """

    status: Status
    requests: float
    failed: float
    pairs: int = 0


Row = dict[str, float]


def row(ends: Sequence[End]) -> Row:
    """The shares of each end, and medians."""
    count = len(ends)
    shares: Row = {str(status): round(sum(end.status == status for end in ends) / count, 4) for status in STATUSES}
    return {
        **shares,
        "median_requests": statistics.median(end.requests for end in ends),
        "median_failed_calls": statistics.median(end.failed for end in ends),
        "median_pairs": statistics.median(end.pairs for end in ends),
    }
