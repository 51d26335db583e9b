"""What an alarm's state is, given its data points.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]

EXTRA_POINTS = 2
"""How many periods CloudWatch looks back beyond the evaluation periods, for data points instead of missing ones."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
MISSING = ("missing", "ignore", "breaching", "notBreaching")


@dataclass(frozen=True)
class Rule:
    """When an alarm is in alarm: `needed` of the last `periods` data points are beyond the threshold."""

    threshold: float
    comparison: str
    periods: int
    needed: int
    missing: str = "missing"

    def breaches(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return COMPARISONS[self.comparison](value, self.threshold)

    def state(self, points: Sequence[float | None]) -> State | None:
        """The state by the data points of the evaluation range, oldest first; None when the alarm keeps its own."""
        real = [value for value in points if value is not None]
        used = real[-self.periods :]
        lacking = self.periods - len(used)
        breaching = sum(self.breaches(value) for value in used)
        if breaching + (lacking if self.missing == "breaching" else 0) >= self.needed:
            return "ALARM"
        if lacking == 0 or self.missing in ("breaching", "notBreaching") or breaching < len(used):
            return "OK"
        if self.missing == "ignore":
            return None
        if not used:
            return "INSUFFICIENT_DATA"
        return "ALARM" if self._oldest(points) >= self.needed else "OK"

    def _oldest(self, points: Sequence[float | None]) -> int:
        """How many periods ago the oldest data point of the evaluation periods is; all there are breach."""
        recent = points[-self.periods :]
        return next((len(recent) - at for at, value in enumerate(recent) if value is not None), 0)
