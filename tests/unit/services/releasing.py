"""A world where versions of one model are registered and can be released, and one driver of all steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.metrics import Counted, MemoryMetrics
from serin.adapters.memory.world import MemoryClock, MemoryEndpoint, MemoryEvents, MemoryWorkflows
from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, Shadow, StepEvidence, Stops
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.people import People
from serin.domain.release_course import ALL, Course, basic
from serin.domain.release_record import Directive, Judged, ReleasePlan, Shift, Wish
from serin.domain.releases import Release
from serin.services.reconcile import Reconciled, reconcile
from serin.services.release.abandon import abandon
from serin.services.release.begin import begin
from serin.services.release.carry_on import carry_on
from serin.services.release.context import JudgedRelease
from serin.services.release.finish import finish
from serin.services.release.judge import judge, shadow
from serin.services.release.open import open_release
from serin.services.release.prune import prune
from serin.services.release.publish import golden, publish
from serin.services.release.shift import promote, shift
from tests.builders import NOON, a_version
from tests.unit.services.ports_that_crash import Fuse

MODEL = "late-orders"
GOLDEN: Sequence[Mapping[str, Any]] = (
    {"instance": {"order_id": 1}, "expect": {"label": True, "probability": [0.4, 0.6]}},
    {"instance": {"order_id": 2}},
)
BASIC, CANARY = basic(ReleasePolicy()), ReleasePolicy()
Step = Callable[[JudgedRelease, Course], Course]
STEPS: Mapping[str, Step] = {
    "publish": lambda context, course: publish(context, course.round),
    "golden": lambda context, _: golden(context, GOLDEN),
    "open": lambda context, course: open_release(context, course.round),
    "shadow": lambda context, course: shadow(context, course.round),
    "shift": lambda context, _: shift(context),
    "judge": lambda context, course: judge(context, course.round),
    "promote": lambda context, _: promote(context),
    "bake": lambda context, course: judge(context, course.round),
    "prune": lambda context, _: prune(context),
    "finish": lambda context, _: finish(context),
    "continue": lambda context, course: carry_on(context, course.then, course.seconds),
}
"""The steps as the workflow takes them, by what the step before said comes next."""


@dataclass
class Traffic:
    """What both versions do: calls a minute to the alias, and which share of each version's fail.

    It comes by the weights the alias has had, to the call; the shadow has as many pairs as it was asked for.
    `shadow_calls` are made when it is asked first.
    """

    clock: MemoryClock
    per_minute: float = 100.0
    failing: float = 0.0
    live_failing: float = 0.0
    pairs: int = 600
    pairs_failing: int = 0
    shadow_calls: int = 0
    stops: Stops = field(default_factory=Stops)
    asked: list[datetime] = field(default_factory=list)

    def gather(self, plan: ReleasePlan, shifts: Sequence[Shift], last: Judged | None, now: datetime) -> ReleaseEvidence:
        ends = [*(shift.began for shift in shifts[1:]), now][: len(shifts)]
        steps = [
            self._step(shift.weight, (end - shift.moved) / timedelta(minutes=1))
            for shift, end in zip(shifts, ends, strict=True)
            if shift.weight != ALL
        ]
        shadow = Shadow(self.pairs, self.pairs_failing) if self.asked else None
        return ReleaseEvidence(plan.weights, steps, shadow, stops=self.stops, looked_at=last.looked_at if last else 0)

    def ask(self, plan: ReleasePlan, now: datetime) -> int:
        self.asked.append(now)
        made, self.shadow_calls = self.shadow_calls, 0
        return made

    def _step(self, weight: int, minutes: float) -> StepEvidence:
        calls = int(self.per_minute * minutes)
        own = calls * weight // 100
        return StepEvidence(
            weight,
            Counts(own, int(own * self.failing)),
            Counts(calls - own, int((calls - own) * self.live_failing)),
        )


@dataclass
class World:
    """The ports of a release; each step a second after the one before."""

    policy: ReleasePolicy = BASIC
    catalog: Any = field(default_factory=MemoryCatalog)
    control: Any = field(default_factory=MemoryControl)
    endpoint: Any = field(default_factory=MemoryEndpoint)
    events: Any = field(default_factory=MemoryEvents)
    workflows: Any = field(default_factory=MemoryWorkflows)
    metrics: Any = field(default_factory=MemoryMetrics)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    told: list[tuple[str, str, str]] = field(default_factory=list)
    fuse: Fuse = field(default_factory=lambda: Fuse(0))
    people: People = field(default_factory=People)

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.clock)
        for number in (1, 2, 3):
            self.catalog.register(a_version(number))

    def context(self, release_id: str) -> JudgedRelease:
        self.clock.advance(timedelta(seconds=1))
        return JudgedRelease(
            model=MODEL,
            id=release_id,
            policy=self.policy,
            people=self.people,
            latency_ms=200.0,
            catalog=self.fuse.guard(self.catalog),
            control=self.fuse.guard(self.control),
            endpoint=self.fuse.guard(self.endpoint),
            events=self.fuse.guard(self.events),
            workflows=self.fuse.guard(self.workflows),
            metrics=self.fuse.guard(self.metrics),
            clock=self.clock,
            gather=self.traffic.gather,
            ask_shadow=self.traffic.ask,
            tell=lambda *words: self.fuse.call(self._tell, *words),
        )

    def _tell(self, telling: str, release: Release, sentence: str) -> None:
        self.told.append((telling, release.id, sentence))

    def counts(self, metric: str, count: int) -> None:
        """CloudWatch has counted so many a moment ago, and nothing else of this metric."""
        others = [one for one in self.metrics.counted if one.metric != metric]
        self.metrics.counted = [*others, Counted(MODEL, metric, "2", self.clock.now() - timedelta(minutes=9), count)]

    def begin(self, release_id: str, version: int, cause: str = "registered") -> Course:
        return begin(self.context(release_id), version, cause, "c1")

    def step(self, release_id: str, course: Course) -> Course:
        """One step of the workflow, after its wait."""
        self.clock.advance(timedelta(seconds=course.seconds))
        return STEPS[course.next](self.context(release_id), course)

    def walk(self, release_id: str, course: Course, until: str = "end", most: int = 5000) -> Course:
        """From a course on until one that is not to be taken."""
        for _ in range(most):
            if course.next in {until, "end", "abandon"}:
                return course
            course = self.step(release_id, course)
        raise AssertionError(f"the release does not end: {course}")

    def until(self, release_id: str, version: int, until: str, cause: str = "registered") -> Course:
        return self.walk(release_id, self.begin(release_id, version, cause), until)

    def release(self, release_id: str, version: int, cause: str = "registered") -> Release:
        """All of a release, as the workflow goes."""
        course = self.until(release_id, version, "end", cause)
        if course.next == "abandon":
            self.abandon(release_id, course.reason)
        return self.known(release_id)

    def abandon(self, release_id: str, reason: str = "died") -> Release | None:
        return abandon(self.context(release_id), reason)

    def wish(self, release_id: str, wish: Wish) -> None:
        self.control.save_directive(Directive(MODEL, release_id, wish, "ana", self.clock.now()))

    def reconcile(self) -> Reconciled:
        return reconcile(self.context("reconciler"))

    def known(self, release_id: str) -> Release:
        release: Release = self.catalog.release(MODEL, release_id)
        return release

    def weights(self, release_id: str) -> list[int]:
        """The weights the candidate has had."""
        return [shift.weight for shift in self.catalog.shifts(MODEL, release_id)]

    def outcomes(self, release_id: str) -> list[str]:
        """What was judged, once for all that were alike one after the other."""
        found = [f"{one.phase} {one.outcome}" for one in self.catalog.judged(MODEL, release_id)]
        return [one for number, one in enumerate(found) if number == 0 or found[number - 1] != one]

    def serving(self) -> int | None:
        """The model version that all calls go to; None when it is no model's, or when calls are split."""
        alias = self.endpoint.alias(MODEL)
        found = [item.version for item in self.endpoint.versions if item.function_version == alias.function_version]
        return found[0] if found and not alias.weights else None

    def live(self) -> int | None:
        live = self.control.live(MODEL)
        return live.version if live else None

    def lease_is_free(self) -> bool:
        lease = self.control.lease(MODEL)
        return lease is None or lease.until <= self.clock.now()


def with_live(policy: ReleasePolicy = CANARY, **parts: Any) -> World:
    """A world where version 1 has been live for a week."""
    world = World(**parts)
    world.release("rel1", 1)
    world.clock.advance(timedelta(days=7))
    world.policy = policy
    world.told.clear()
    world.events.published.clear()
    world.counts("Invocations", 144_000)
    return world


def policy(**parts: Any) -> ReleasePolicy:
    """A canary's terms with other parts."""
    return replace(CANARY, **parts)
