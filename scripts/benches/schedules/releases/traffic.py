"""What both versions do with the calls of a schedule: so many a minute, each version with its share of failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, Shadow, StepEvidence
from serin.domain.release_course import ALL
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.ports import Metrics
from serin.services.steps.release_evidence import gather


@dataclass
class Traffic:
    """`failing` is each model version's share of failed calls, 0 where it has none; shadows are whole at once."""

    per_minute: float = 2000.0
    failing: dict[int, float] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def shown(
        self, plan: ReleasePlan, shifts: Sequence[Shift], last: Judged | None, now: datetime, metrics: Metrics
    ) -> ReleaseEvidence:
        """The evidence as the platform gathers it, its counts of calls put in."""
        share, pairs = self.failing.get(plan.version, 0.0), plan.policy.shadow.pairs
        shadow = Shadow(pairs, int(pairs * share)) if plan.release in self.asked else None
        evidence = gather(plan, shifts, last, now, lake=MemoryObjectStore(), metrics=metrics, shadow=shadow)
        ends = [*(shift.began for shift in shifts[1:]), now][: len(shifts)]
        split = [(shift, end) for shift, end in zip(shifts, ends, strict=True) if shift.weight != ALL]
        return replace(evidence, steps=[self._step(shift, end, share) for shift, end in split])

    def _step(self, shift: Shift, end: datetime, share: float) -> StepEvidence:
        calls = int(self.per_minute * max(0.0, (end - shift.moved) / timedelta(minutes=1)))
        own = calls * shift.weight // ALL
        return StepEvidence(shift.weight, Counts(own, int(own * share)), Counts(calls - own, 0))
