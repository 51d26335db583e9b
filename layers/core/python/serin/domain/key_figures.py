"""What a role looks at first of a model, as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serin.domain.people import KeyMetric

UNITS: Mapping[KeyMetric, str] = {
    "value_per_1000": "value brought per 1,000 predictions",
    "satisfaction": "satisfaction, of 5",
    "quality_score": "data quality, of 100",
    "latency_p95_ms": "slowest of twenty calls, ms",
    "error_rate": "calls that fail, %",
}
"""How a metric is called where it stands alone; those of a task are called as they are."""


@dataclass(frozen=True)
class KeyFigure:
    """A key metric's newest value; `told` says what it is from or, where `value` is None, why there is none yet.

    `low` and `high` are its interval, where it has one. `bad` is worse than the charter asks.
    """

    metric: KeyMetric
    value: float | None
    told: str
    low: float | None = None
    high: float | None = None
    bad: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        return UNITS.get(self.metric, self.metric)
