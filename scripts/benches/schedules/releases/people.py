"""What people and the world around do to a release while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from benches.schedules.releases.calls import Calls
from benches.schedules.releases.machine import RUNTIME, Status
from benches.schedules.releases.world import MODEL, STRANGER, World
from benches.schedules.trace import Trace
from serin.domain.asking import Asking
from serin.domain.errors import SerinError
from serin.domain.release_alias import Split
from serin.domain.release_record import Wish
from serin.domain.releases import Release
from serin.services.direct_release import direct_release
from serin.services.start_work import start_rollback

FAILING = 0.5
DEPLOY = timedelta(minutes=7)
STACK = f"arn:aws:cloudformation:us-east-1:123456789012:stack/serin-dev-endpoint-{MODEL}/5a1e-77"
OUTAGES = (timedelta(seconds=30), timedelta(minutes=20))
ENDS: Sequence[tuple[Status, str]] = (("FAILED", RUNTIME), ("ABORTED", ""), ("TIMED_OUT", "States.Timeout"))


@dataclass
class People:
    """Draws what comes from outside; `started` counts the releases."""

    world: World
    calls: Calls
    random: Random
    trace: Trace
    started: int = 1

    def plan(self) -> list[Callable[[], None]]:
        """What happens in a schedule, in order: a release, and a few things more."""
        others = [
            *(3 * [self.release]),
            *(2 * [self.roll_back]),
            *(self.hold, self.resume, self.abort, self.abort),
            *(self.hand, self.put_back),
            *(self.deploy, self.alarm, self.outage, self.silence),
            *(2 * [self.die]),
        ]
        return [self.release, *(self.random.choice(others) for _ in range(self.random.randint(1, 7)))]

    def release(self) -> None:
        """A version is registered: good, or failing, or with a wrong answer, or corrupt."""
        self.started += 1
        version = self.random.randint(2, 8)
        kind = self.random.choice([*4 * ["good"], *3 * ["failing"], "wrong", "corrupt"])
        if kind == "failing":
            self.world.traffic.failing[version] = FAILING
        elif kind == "wrong":
            self.world.wrong.add(version)
        elif kind == "corrupt":
            self.world.endpoint.corrupt.add(version)
        self._says(f"releases version {version}, {kind}")
        self.world.release(f"rel{self.started}", version)

    def roll_back(self) -> None:
        """Somebody wants the version before back."""
        self.started += 1
        name, world = f"rel{self.started}", self.world

        def start(model: str, version: int, _: str, cause: str, correlation: str) -> bool:
            return world.workflows.start_release(model, version, name, cause, correlation)

        workflows: Any = SimpleNamespace(start_release=start)
        asking = Asking("ana", "t1", world.clock.now(), "c1")
        self._says("rolls back")
        asking = Asking("ana", "t1", world.clock.now(), "c1")
        with suppress(SerinError):
            start_rollback(MODEL, asking, catalog=world.catalog, control=world.control, workflows=workflows)

    def hold(self) -> None:
        """Somebody holds a release."""
        self._wish("hold")

    def resume(self) -> None:
        """Somebody lets one go on."""
        self._wish("resume")

    def abort(self) -> None:
        """Somebody ends one."""
        self._wish("abort")

    def abort_all(self) -> None:
        """Somebody ends all that has no end of its own."""
        for release in self.open():
            self._direct("abort", release)

    def open(self) -> Sequence[Release]:
        """The releases that have not ended."""
        return [release for release in self.world.catalog.releases(MODEL) if release.is_open]

    def hand(self) -> None:
        """Somebody moves the alias by hand: to what nobody knows, to an old version, or to other weights."""
        versions = self.world.endpoint.function_versions(MODEL)
        split = Split(self.random.choice([STRANGER, STRANGER, *versions]))
        if self.random.random() < 0.3 and self.world.alias.function_version != STRANGER:
            split = Split(self.world.alias.function_version, STRANGER, 30)
        self._says("moves the alias by hand", split)
        self.world.by_hand(split)

    def put_back(self) -> None:
        """Somebody puts it back as it was."""
        if self.world.hand is not None:
            self._says("puts the alias back")
            self.world.by_hand(None)

    def deploy(self) -> None:
        """The endpoint is deployed with other code, which takes a while."""
        self.started += 1
        self.world.endpoint.deploy = f"code-{self.started}"
        self.world.endpoint.deployed_at = self.world.clock.now() + DEPLOY
        self._says("deploys")
        self.world.send({"step": "deployed", "stack": STACK, "release": f"rel{self.started}"})

    def alarm(self) -> None:
        """An alarm fires."""
        versions = self.world.endpoint.function_versions(MODEL)
        self._says("hears an alarm")
        self.world.alarm([self.random.choice(versions)])

    def outage(self) -> None:
        """Lambda's control plane takes no calls for a while."""
        self._says("sees an outage")
        self.world.endpoint.out_until = self.world.clock.now() + self.random.choice(OUTAGES)

    def silence(self) -> None:
        """Nobody calls any more, or again."""
        self.world.traffic.per_minute = 0.0 if self.world.traffic.per_minute else 2000.0
        self._says(f"makes {self.world.traffic.per_minute:g} calls a minute")

    def die(self) -> None:
        """An execution ends by what no catcher of its own sees; what it called works on."""
        running = [execution for execution in self.world.executions.values() if execution.running]
        if running:
            execution = self.random.choice(running)
            execution.end(*self.random.choice(ENDS), "not of its own")
            self.calls.ended(execution)

    def _wish(self, wish: Wish) -> None:
        releases = self.open()
        if releases:
            self._direct(wish, self.random.choice(releases))

    def _direct(self, wish: Wish, release: Release) -> None:
        world = self.world
        self._says(f"wants {wish} of {release.id}")
        events: Any = world
        with suppress(SerinError):
            direct_release(
                *(wish, release, "ana", "c1"),
                catalog=world.catalog,
                control=world.control,
                events=events,
                clock=world.clock,
            )

    def _says(self, what: str, *arguments: Any) -> None:
        self.trace.add("somebody", what, arguments)
