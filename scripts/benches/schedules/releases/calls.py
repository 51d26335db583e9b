"""The invocations of a schedule: for an execution's state, for an event, and by the clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benches.schedules.baton import Invocation, Killed
from benches.schedules.faults import Chance
from benches.schedules.ports import step_of
from benches.schedules.queues import Message
from benches.schedules.releases.functions import MOST_AT_ONCE, Functions, Platform, platform_of
from benches.schedules.releases.machine import RELEASE, Execution
from benches.schedules.releases.world import World
from benches.schedules.trace import Trace
from serin.domain.errors import SerinError
from serin.domain.judgement.release_policy import ReleasePolicy

EAGER = (0.02, 0.3, 1.0)
TIMEOUT = timedelta(minutes=5)
"""As the stack has it for release_model: nobody sleeps longer."""
TWICE = 0.05
TICK = timedelta(milliseconds=50)


@dataclass(eq=False)
class Running:
    """An invocation, how eager it is, who hears of its end (what it answered, or what failed it), and since when."""

    invocation: Invocation
    eager: float
    heard: Callable[[Any, BaseException | None], None]
    began: datetime | None = None
    answer: Any = None


class Calls:
    """The invocations at work; `disturbed` once one was called twice, or ended by Lambda."""

    def __init__(
        self, world: World, policy: ReleasePolicy, functions: Functions, random: Random, chance: Chance, trace: Trace
    ) -> None:
        self._world, self._policy, self._functions = world, policy, functions
        self._random, self._chance, self._trace = random, chance, trace
        self._called = 0
        self.disturbed = False
        self.running: list[Running] = []
        self.stays: Callable[[Running], bool] = lambda _: True

    @property
    def room(self) -> bool:
        """Whether one more may begin."""
        return len(self.running) < MOST_AT_ONCE - 1

    def state(self, execution: Execution) -> None:
        """Take an execution on; its function may be called twice, of which one is heard."""
        task = execution.go_on(self._world.clock.now())
        if task is None:
            if not execution.running:
                self.ended(execution)
            return
        function, payload = task
        state = execution.at
        if function != RELEASE:
            execution.answered(None)
            return

        def heard(answer: Any, error: BaseException | None) -> None:
            if not execution.running or execution.at != state or not execution.busy:
                return
            if error is None:
                execution.answered(answer)
            else:
                execution.failed(_name(error), str(error), self._world.clock.now())
                if not execution.running:
                    self.ended(execution)

        if not self._chance.calm and self._random.random() < TWICE:
            self.disturbed = True
            self._call(f"{execution.name}:{state}", payload, lambda *_: None)
        self._call(f"{execution.name}:{state}", payload, heard)

    def event(self) -> None:
        """An event of the queue."""
        (message,) = self._world.queue.take(1, calm=self._chance.calm)

        def heard(_: Any, error: BaseException | None) -> None:
            self._world.queue.give_back([message] if error else [])

        self._call(_about(message), message.body, heard)

    def alone(self, execution: Execution) -> None:
        """Go through all of an execution while nothing else happens."""
        clock, platform = self._world.clock, platform_of(self._world, self._policy, _at_once)
        while execution.running:
            clock.advance(max(execution.due - clock.now(), TICK))
            task = execution.go_on(clock.now())
            if task is None:
                continue
            try:
                execution.answered(self._functions.call(platform, task[1]) if task[0] == RELEASE else None)
            except SerinError as error:
                execution.failed(_name(error), str(error), clock.now())

    def reconcile(self) -> None:
        """The reconciler's turn has come; if it fails, the next one comes."""

        def work(platform: Platform, call: str) -> Any:
            return self._functions.reconcile(platform, call)

        def heard(answer: Any, error: BaseException | None) -> None:
            self._world.reconciled = str(answer.found) if error is None else self._world.reconciled

        self._begin("reconcile", work, heard)

    def ended(self, execution: Execution) -> None:
        """An execution is over, and EventBridge says so, unless that is lost too."""
        self._trace.add(execution.name, f"ends: {execution.status} {execution.error}", (execution.cause,))
        if execution.status == "SUCCEEDED" or (not self._chance.calm and self._random.random() < TWICE):
            return
        detail = {
            "status": execution.status,
            "input": json.dumps(execution.given),
            "error": execution.error,
            "cause": execution.cause,
        }
        self._world.send({"detail-type": "Step Functions Execution Status Change", "detail": detail})

    def go_on(self, running: Running) -> None:
        """Let one work; whoever has worked for too long is ended by Lambda."""
        running.began = running.began or self._world.clock.now()
        if self.late(running):
            self.disturbed = True
            running.invocation.end()
        else:
            running.invocation.turn()
        if not running.invocation.over:
            return
        self.running.remove(running)
        error = running.invocation.error
        self._trace.add(running.invocation.name, *_end(running.answer, error))
        running.heard(running.answer, error)

    def late(self, running: Running) -> bool:
        """Whether its time is over."""
        return running.began is not None and self._world.clock.now() > running.began + TIMEOUT

    def _call(self, name: str, event: Mapping[str, Any], heard: Callable[[Any, BaseException | None], None]) -> None:
        self._begin(name, lambda platform, _: self._functions.call(platform, event), heard)

    def _begin(
        self,
        name: str,
        work: Callable[[Platform, str], Any],
        heard: Callable[[Any, BaseException | None], None],
    ) -> None:
        self._called += 1
        name = f"{name}-{self._called}"
        if self._chance.calm and not self.running:
            self._inline(name, work, heard)
            return

        def process(invocation: Invocation) -> None:
            step = step_of(invocation, self._chance, self._trace)

            def ticking(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
                self._world.clock.advance(TICK)
                return step(name, function, *arguments)

            running.answer = work(platform_of(self._world, self._policy, ticking), name)

        invocation = Invocation(name, process, lambda: self.stays(running), self._functions.threads)
        running = Running(invocation, self._random.choice(EAGER), heard)
        self.running.append(running)

    def _inline(
        self,
        who: str,
        work: Callable[[Platform, str], Any],
        heard: Callable[[Any, BaseException | None], None],
    ) -> None:
        """Nothing can come between, so it needs no thread of its own."""

        def step(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
            self._world.clock.advance(TICK)
            self._trace.add(who, name, arguments)
            return function(*arguments)

        answer, error = None, None
        try:
            answer = work(platform_of(self._world, self._policy, step), who)
        except Exception as raised:  # noqa: BLE001  # whatever it is, the workflow hears it
            error = raised
        self._trace.add(who, *_end(answer, error))
        heard(answer, error)


def _at_once(name: str, function: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ARG001  # it is a Step
    return function(*arguments)


def _end(answer: Any, error: BaseException | None) -> tuple[str, tuple[Any]]:
    return ("answers", (answer,)) if error is None else ("fails", (error,))


def _name(error: BaseException) -> str:
    return "Runtime.ExitError" if isinstance(error, Killed) else type(error).__name__


def _about(message: Message) -> str:
    return str(message.body.get("step", "died"))
