"""release_model's own handler and the reconciler, each invocation with a platform of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from benches.hostile.handlers import load
from benches.schedules.faults import Chance
from benches.schedules.ports import Step, Stepping
from benches.schedules.releases.chance import ReleaseChance
from benches.schedules.releases.world import CHARTER, GOLDEN, MODEL, Stores, World
from serin.domain.charter import Charter, ReleaseTerms
from serin.domain.judgement.release_evidence import ReleaseEvidence
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.domain.releases import Release
from serin.ports import Catalog, Metrics, Notices
from serin.services.reconcile import Reconciled, reconcile
from serin.services.steps.notices import Telling, tell_people

MOST_AT_ONCE = 6


@dataclass(frozen=True)
class Subject:
    """What is looked at: the platform as it is, or with something wrong in the place of its own.

    `planted` are module, name and what is there instead.
    """

    name: str = "serin"
    stores: Callable[[], Stores] = Stores
    chance: Callable[[Random], Chance] = ReleaseChance
    planted: Sequence[tuple[Any, str, Any]] = ()


SERIN = Subject()


@dataclass(frozen=True)
class Platform:
    """What `serin.bootstrap.Platform` is to these two functions; `world` is what their evidence comes from."""

    world: World
    charters: Mapping[str, Charter]
    catalog: Any
    control: Any
    endpoint: Any
    events: Any
    workflows: Any
    notices: Any
    metrics: Any
    clock: Any
    lake: Any = None
    stage: str = "dev"
    lake_read_once: Any = None
    artifacts_read_once: Any = None
    artifacts: Any = None
    golden: Callable[[str], Sequence[Mapping[str, Any]]] = field(default=lambda _: GOLDEN)


def platform_of(world: World, policy: ReleasePolicy, step: Step) -> Platform:
    """The world as one invocation sees it."""
    return Platform(
        world,
        {MODEL: replace(CHARTER, release=ReleaseTerms("golden.json", policy))},
        catalog=Stepping("catalog", world.catalog, step),
        control=Stepping("control", world.control, step),
        endpoint=Stepping("endpoint", world.endpoint, step),
        events=Stepping("events", world, step),
        workflows=Stepping("workflows", world.workflows, step),
        notices=Stepping("notices", world.notices, step),
        metrics=Stepping("metrics", world.metrics, step),
        clock=world.clock,
    )


class Functions:
    """The two functions; the platform is the one of the thread that calls."""

    def __init__(self, subject: Subject = SERIN) -> None:
        self.subject = subject
        self.threads = ThreadPoolExecutor(MOST_AT_ONCE, "invocation")
        self._local = threading.local()
        self._release: Any = load("release_model")
        self._reconcile: Any = load("reconcile")
        for module in (self._release, self._reconcile):
            module.platform = lambda: self._local.platform
            module.tell_people = self._tell
        self._release.evidence_of, self._release.shadow_round = self._shown, self._ask

    def call(self, platform: Platform, event: Mapping[str, Any]) -> Any:
        """release_model's answer; raises what went wrong."""
        self._local.platform = platform
        return self._release.handle(event, None)

    def reconcile(self, platform: Platform, call: str) -> Reconciled:
        """What the reconciler has found at the model's alias."""
        self._local.platform = platform
        return reconcile(self._reconcile.reconciler_of(MODEL, call))

    def _tell(self, what: Telling, release: Release, sentence: str, *, catalog: Catalog, notices: Notices) -> bool:
        taken = tell_people(what, release, sentence, catalog=catalog, notices=notices)
        if taken:
            self._local.platform.world.told.append((what, release.id))
        return taken

    def _shown(
        self,
        plan: ReleasePlan,
        shifts: Sequence[Shift],
        last: Judged | None,
        now: datetime,
        *,
        metrics: Metrics,
        **_: Any,
    ) -> ReleaseEvidence:
        world: World = self._local.platform.world
        return world.traffic.shown(plan, shifts, last, now, metrics)

    def _ask(self, plan: ReleasePlan, now: datetime, **_: Any) -> int:  # noqa: ARG002  # as shadow_round is called
        world: World = self._local.platform.world
        world.traffic.asked.add(plan.release)
        return 0
