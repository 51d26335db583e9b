"""All that outlives a process: tables, the function's alias, executions, what waits for a function, and notices."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from benches.schedules.faults import Chance
from benches.schedules.model import START, charter_of
from benches.schedules.queues import Queue
from benches.schedules.releases.machine import Execution
from benches.schedules.releases.traffic import Traffic
from benches.schedules.world import MOST_TRIES
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.metrics import Counted, MemoryMetrics
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEndpoint, MemoryNotices
from serin.adapters.workflows import StepFunctionsWorkflows
from serin.domain.errors import Corrupt, Unavailable
from serin.domain.events import Event
from serin.domain.judgement.verdicts import Verdict
from serin.domain.models import Artifact, ModelVersion, Published
from serin.domain.release_alias import Split, split_of
from serin.domain.releases import Lease, Live
from serin.ports import Alarm, AliasState, Answer
from serin.services.steps.notices import Telling

CHARTER = charter_of(derived=False)
MODEL = CHARTER.model
GOLDEN = ({"instance": {"shop": "a"}, "expect": {"label": True}},)
STRANGER = "77"
"""A function version that no release has published."""
DAY_OF_CALLS = 2_880_000


@dataclass
class Endpoint(MemoryEndpoint):
    """The alias and all its moves.

    `corrupt` are model versions whose stored layer is not the registered one, `torn` function versions that were
    published while a deploy was under way.
    """

    corrupt: set[int] = field(default_factory=set)
    watch: Callable[[Split, Split], None] = lambda *_: None
    out_until: datetime = START
    deployed_at: datetime = START
    torn: list[str] = field(default_factory=list)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(START))

    def publish(self, version: ModelVersion, known: Published | None) -> Published:
        if version.version in self.corrupt:
            raise Corrupt("The layer has another digest than the registry recorded.", "Train again.")
        published = super().publish(version, known)
        if self.clock.now() < self.deployed_at:
            self.torn.append(published.function_version)
        return published

    def is_being_deployed(self, model: str) -> bool:
        return super().is_being_deployed(model) or self.clock.now() < self.deployed_at

    def alias(self, model: str) -> AliasState:
        if self.clock.now() < self.out_until:
            raise Unavailable("Lambda's control plane takes no more calls.", "Try again.")
        return super().alias(model)

    def move_alias(
        self, model: str, function_version: str, expected: AliasState, candidate: str | None = None, weight: int = 0
    ) -> AliasState:
        before = super().alias(model)
        moved = super().move_alias(model, function_version, expected, candidate, weight)
        self.watch(split_of(before.function_version, before.weights), split_of(moved.function_version, moved.weights))
        return moved

    def move_late(self, model: str, function_version: str, expected: AliasState, *rest: Any) -> None:
        """A call that arrives when nobody waits any more: Lambda looks at its revision, and nobody tries again."""
        if self.alias(model).revision == expected.revision:
            self.move_alias(model, function_version, expected, *rest)

    def by_hand(self, model: str, split: Split) -> None:
        """Somebody moves the alias in the console."""
        weights = {split.candidate: split.weight / 100} if split.candidate else {}
        now = super().alias(model)
        self.aliases[model] = AliasState(split.function_version, weights, f"r{int(now.revision[1:]) + 1}")


class Control(MemoryControl):
    """The control table, and every release that its pointer was moved to."""

    def __init__(self) -> None:
        super().__init__()
        self.went_live: list[str] = []

    def finish(self, live: Live | None, lease: Lease) -> bool:
        done = super().finish(live, lease)
        if done and live is not None:
            self.went_live.append(live.release)
        return done


@dataclass(frozen=True)
class Stores:
    """The tables and the endpoint of a schedule."""

    catalog: Any = field(default_factory=MemoryCatalog)
    control: Any = field(default_factory=Control)
    endpoint: Any = field(default_factory=Endpoint)


class World:
    """One model's world. `hand` is the alias as somebody has made it who is no release, until it is put back."""

    def __init__(self, stores: Stores, random: Random, chance: Chance) -> None:
        self.clock = MemoryClock(START)
        self.catalog, self.control, self.endpoint = stores.catalog, stores.control, stores.endpoint
        self.endpoint.clock, self.endpoint.watch = self.clock, self._moved
        self.endpoint.answers = self._answers
        self.metrics, self.notices, self.traffic = MemoryMetrics(), MemoryNotices(), Traffic()
        self.lake = MemoryObjectStore()
        self.queue = Queue("event", MOST_TRIES, random)
        self.executions: dict[str, Execution] = {}
        self.published: list[Event] = []
        self.told: list[tuple[Telling, str]] = []
        self.unjudged: list[str] = []
        self.overwritten: list[Split] = []
        self.kept: list[str] = []
        self.hand: Split | None = None
        self.wrong: set[int] = set()
        self.reconciled = ""
        self._chance = chance
        for number in range(1, 10):
            self.catalog.register(_version(number))

    @property
    def workflows(self) -> StepFunctionsWorkflows:
        """The adapter, over a Step Functions that starts executions here."""
        client: Any = SimpleNamespace(
            start_execution=self._start, exceptions=SimpleNamespace(ExecutionAlreadyExists=_Exists)
        )
        return StepFunctionsWorkflows(client, "", "")

    def _start(self, *, name: str, input: str, **_: str) -> None:
        if name in self.executions:
            raise _Exists(name)
        self.executions[name] = Execution(name, json.loads(input), self.clock.now())

    def publish(self, event: Event) -> None:
        """The bus takes an event; a wish to abort goes on to the release, as the stack's rule has it."""
        self.published.append(event)
        lease = self.control.lease(MODEL)
        if event.name == "Release Finished" and lease is not None and lease.holder == event.detail["release"]:
            self.kept.append(str(lease.holder))
        if event.name == "Release Abort Wanted":
            asked = {name: event.detail[name] for name in ("model", "release", "reason")}
            self.send({"step": "roll_back", **asked, "correlation": event.correlation})

    def send(self, event: Mapping[str, Any]) -> None:
        """EventBridge calls release_model with it, at least once."""
        self.queue.send(event, calm=self._chance.calm)

    def release(self, release: str, version: int, cause: str = "registered") -> None:
        """A version is to be released."""
        self.workflows.start_release(MODEL, version, release, cause, release)

    @property
    def alias(self) -> Split:
        """The alias as it is, whether or not Lambda answers."""
        state = self.endpoint.aliases.get(MODEL, AliasState("1", {}, "r0"))
        return split_of(state.function_version, state.weights)

    def by_hand(self, split: Split | None) -> None:
        """Somebody changes the alias; None puts it back as it should be."""
        live = self.control.live(MODEL)
        back = Split(live.function_version if live else "1")
        self.hand = split
        self.endpoint.by_hand(MODEL, split or back)

    def call(self, count: int) -> None:
        """So many calls came the day before."""
        at = self.clock.now() - timedelta(minutes=9)
        self.metrics.counted = [Counted(MODEL, "Invocations", "2", at, count)]

    def alarm(self, function_versions: Sequence[str]) -> None:
        """An alarm of these versions fires."""
        alarms = self.metrics.known.setdefault(MODEL, [])
        alarms.append(Alarm(f"alarm-{len(alarms)}", "ALARM", tuple(function_versions)))

    def _answers(self, function_version: str, instances: Sequence[Mapping[str, object]]) -> Answer:
        wrong = {item.function_version for item in self.endpoint.versions if item.version in self.wrong}
        label = function_version not in wrong
        return Answer(200, {"predictions": [{"label": label, "probability": 0.5} for _ in instances]})

    def _moved(self, before: Split, split: Split) -> None:
        """A move of all traffic to a candidate needs a verdict, or nothing to compare it with; a stranger's stays."""
        # Before anything is live nobody knows what was deployed: whatever serves is what a first release goes back to.
        if self.control.live(MODEL) is not None and STRANGER in (before.function_version, before.candidate):
            self.overwritten.append(before)
        if split.candidate:
            return
        for release in self.catalog.releases(MODEL):
            plan = self.catalog.plan(MODEL, release.id) if release.is_open else None
            if plan is None or plan.function_version != split.function_version or plan.policy.strategy == "basic":
                continue
            outcomes = [judged.outcome for judged in self.catalog.judged(MODEL, release.id)]
            if plan.previous not in (None, plan.function_version) and "pass" not in outcomes:
                self.unjudged.append(release.id)


class _Exists(Exception):
    """An execution has that name."""


def _version(number: int) -> ModelVersion:
    return ModelVersion(
        model=MODEL,
        version=number,
        run=f"run{number}",
        training_set="set1",
        params={},
        metrics={},
        verdict=Verdict("pass", "Passed.", ()),
        estimator=Artifact(f"models/{MODEL}/{number}/model.joblib", "e" * 64),
        layer=Artifact(f"models/{MODEL}/{number}/layer.zip", "f" * 64),
        code="k1",
        charter="c1",
        lock="l1",
        runtime={},
        learnt_until=START,
        at=START,
    )
