"""The functions as Lambda calls them: with a batch of the queue's messages, or with an event, each in a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from benches.schedules.baton import Invocation
from benches.schedules.broken import Broken
from benches.schedules.faults import Chance
from benches.schedules.functions import Functions, Platform, platform_of
from benches.schedules.queues import Message, Queue, record_of
from benches.schedules.trace import Trace
from benches.schedules.world import World
from serin.domain.charter import Charter

# As the stacks have it, or less: the more there are the longer a schedule takes, and two are enough to meet.
BATCH, AT_ONCE = 3, 2
EAGER = (0.01, 0.1, 1.0)
SKEW_MINUTES = 60


@dataclass
class Running:
    """An invocation, what it was given, and how eager chance has it be: the least eager are overtaken a lot."""

    invocation: Invocation
    queue: Queue
    messages: Sequence[Message]
    eager: float
    failed: set[str] = field(default_factory=set)


class Calls:
    """The invocations at work; `broken` are those that failed and had no fault to blame."""

    def __init__(
        self, world: World, charter: Charter, functions: Functions, random: Random, chance: Chance, trace: Trace
    ) -> None:
        self._world, self._charter, self._functions = world, charter, functions
        self._random, self._chance, self._trace = random, chance, trace
        self._called = 0
        self.running: list[Running] = []
        self.broken: list[Broken] = []

    def wanted(self, queue: Queue) -> bool:
        """Whether the queue has messages, and its function is not too busy for them."""
        return bool(queue.waiting) and sum(running.queue is queue for running in self.running) < AT_ONCE

    def accept(self, stays: Callable[[Running], bool]) -> None:
        """Call accept_upload; `stays` tells it before each of its calls whether to go on."""

        def work(running: Running, platform: Platform) -> None:
            records = [record_of(message) for message in running.messages]
            running.failed = self._functions.accept(platform, records)

        self._call("accept", self._world.queue, BATCH, work, stays)

    def build(self, stays: Callable[[Running], bool]) -> None:
        """Call build_features."""

        def work(running: Running, platform: Platform) -> None:
            self._functions.build(platform, running.messages[0].body)

        self._call("build", self._world.bus, 1, work, stays)

    def _call(
        self,
        function: str,
        queue: Queue,
        most: int,
        work: Callable[[Running, Platform], None],
        stays: Callable[[Running], bool],
    ) -> None:
        """Take messages, and begin a process of its own for them, which waits for its turn."""

        def process(invocation: Invocation) -> None:
            step = self._functions.subject.steps(invocation, self._chance, self._trace)
            work(running, platform_of(self._world, self._charter, self._functions.subject, step, skew))

        name, messages = f"{function}-{self._called}", queue.take(most, calm=self._chance.calm)
        self._called += 1
        self._trace.add(name, "is called with", [message.id for message in messages])
        skew = timedelta(minutes=self._random.randint(-SKEW_MINUTES, SKEW_MINUTES))
        invocation = Invocation(name, process, lambda: stays(running), self._functions.threads)
        running = Running(invocation, queue, messages, self._random.choice(EAGER))
        self.running.append(running)

    def go_on(self, running: Running) -> None:
        """Let one work; of its messages those that failed wait again, all of them if its process died."""
        invocation = running.invocation
        invocation.turn()
        if not invocation.over:
            return
        self.running.remove(running)
        failed = running.messages if invocation.error else [m for m in running.messages if m.id in running.failed]
        end = f"{len(failed)} of {len(running.messages)} failed"
        end = type(invocation.error).__name__ if invocation.error else end
        self._trace.add(invocation.name, f"ends: {end}")
        if failed and not invocation.faults:
            told = f"{invocation.name} failed without a fault: {invocation.error!r}"
            self.broken.append(Broken("delivery", told))
        running.queue.give_back(failed)
