"""What CloudWatch would count, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from serin.ports import Alarm


@dataclass(frozen=True)
class Counted:
    """So many of a metric at a moment, of calls that came by the alias to one version."""

    model: str
    metric: str
    function_version: str
    at: datetime
    count: int = 1


@dataclass
class MemoryMetrics:
    """Counts that tests put there, by whole minutes as CloudWatch has them, and alarms by model."""

    counted: list[Counted] = field(default_factory=list)
    known: dict[str, list[Alarm]] = field(default_factory=dict)

    def sums(self, model: str, metric: str, function_version: str | None, start: datetime, end: datetime) -> int:
        return sum(
            one.count
            for one in self.counted
            if (one.model, one.metric) == (model, metric)
            and function_version in {None, one.function_version}
            and start <= one.at.replace(second=0, microsecond=0) < end
        )

    def alarms(self, model: str) -> Sequence[Alarm]:
        return list(self.known.get(model, ()))
