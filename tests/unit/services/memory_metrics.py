"""What CloudWatch says, as a test says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from serin.ports import Alarm


@dataclass
class MemoryMetrics:
    """Sums by metric, whenever they are asked for, and alarms."""

    counts: dict[str, int] = field(default_factory=dict)
    fired: list[Alarm] = field(default_factory=list)

    def sums(self, model: str, metric: str, function_version: str | None, start: datetime, end: datetime) -> int:
        assert model
        assert start < end
        assert function_version is None
        return self.counts.get(metric, 0)

    def alarms(self, model: str) -> Sequence[Alarm]:
        assert model
        return self.fired
