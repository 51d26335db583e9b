"""Spans of a column of times: which rows of a dataset are needed, told by manifests before any is read."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.segments import Segment

EVER = 2**63 - 1


@dataclass(frozen=True)
class Span:
    """Values of a column of timestamps from `least` to `greatest`, both included, in microseconds since 1970."""

    column: str
    least: int = -EVER
    greatest: int = EVER

    def may_be_in(self, segment: Segment) -> bool:
        """Whether some row of the segment may lie within."""
        return segment.may_lie_within(self.column, self.least, self.greatest)
