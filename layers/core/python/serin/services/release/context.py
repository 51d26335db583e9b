"""One release as its steps see it: its records, its lease, and the ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta

from serin.domain.errors import Conflict, NotFound
from serin.domain.judgement.release_evidence import ReleaseEvidence
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.people import People
from serin.domain.release_course import LEASE, span_of_lease
from serin.domain.release_record import Directive, Judged, ReleasePlan, Shift
from serin.domain.releases import Lease, Release, ReleaseStatus, ReleaseStep, StepName
from serin.ports import Catalog, Clock, Control, Endpoint, Events, Metrics, Workflows
from serin.services.steps.notices import Telling

Gather = Callable[[ReleasePlan, Sequence[Shift], "Judged | None", datetime], ReleaseEvidence]
"""What a release has shown so far: by its plan, its weights, the judgement before and this moment."""
AskShadow = Callable[[ReleasePlan, datetime], int]
"""Put more of the logged requests to both versions, in so many calls; what comes of it is among what is gathered."""
Tell = Callable[[Telling, Release, str], object]
"""Let people know what became of a release, in a sentence."""


@dataclass(frozen=True)
class ReleaseContext:
    """A release and the ports that every step of it uses."""

    _: KW_ONLY
    model: str
    id: str
    catalog: Catalog
    control: Control
    endpoint: Endpoint
    events: Events
    workflows: Workflows
    clock: Clock
    tell: Tell
    people: People = field(default_factory=People)

    def known(self) -> Release | None:
        """The release, or None before it has begun."""
        try:
            return self.catalog.release(self.model, self.id)
        except NotFound:
            return None

    def running(self) -> Release | None:
        """The release, with its lease lengthened; None when it has ended. Conflict when it may do nothing more."""
        release = self.catalog.release(self.model, self.id)
        if not release.is_open:
            return None
        plan = self.catalog.plan(self.model, self.id)
        span = span_of_lease(plan.policy) if plan else LEASE
        # Only lengthened: whoever ended it since has given it back, and a late step must not take it again.
        if self.control.acquire(self.model, self.id, self.clock.now(), span, False, release.epoch) is None:
            raise Conflict("The release was taken out of this execution's hands.", "Start it again.")
        return release

    def acquire(self, span: timedelta, *, fresh: bool = False) -> Lease | None:
        """The model's lease, unless another release has it."""
        return self.control.acquire(self.model, self.id, self.clock.now(), span, fresh)

    def plan(self) -> ReleasePlan:
        """What the release goes by; Conflict before it is open."""
        plan = self.catalog.plan(self.model, self.id)
        if plan is None:
            raise Conflict(f"Release {self.id} has no plan yet.", "Start the release again.")
        return plan

    def wish(self) -> Directive | None:
        """What a person asked of this release, last."""
        wish = self.control.directive(self.model)
        return wish if wish is not None and wish.release == self.id else None

    def is_live(self) -> bool:
        """Whether the live pointer is this release's."""
        live = self.control.live(self.model)
        return live is not None and live.release == self.id

    def mark(self, release: Release, status: ReleaseStatus, reason: str | None = None) -> None:
        """Remember that the release is held, and say so once, or that it runs again."""
        if (release.status, release.reason) == (status, reason):
            return
        if status == "held" and release.status != "held":
            self.tell("held", release, reason or "")
        self.catalog.save_release(replace(release, status=status, reason=reason))

    def note(self, name: StepName, found: str) -> None:
        """Remember a step and what it found."""
        self.catalog.add_step(self.model, ReleaseStep(self.id, name, self.clock.now(), found))


@dataclass(frozen=True)
class JudgedRelease(ReleaseContext):
    """A release and what its judgement needs besides; `policy` and `latency_ms` are the charter's."""

    _: KW_ONLY
    policy: ReleasePolicy
    latency_ms: float
    metrics: Metrics
    gather: Gather
    ask_shadow: AskShadow
