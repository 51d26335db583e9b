"""One schedule: files come, functions are called, one at a time works on, and what goes wrong is the seed's choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

from benches.schedules.baton import Invocation
from benches.schedules.broken import Broken
from benches.schedules.facts import broken_facts
from benches.schedules.files import files_of
from benches.schedules.functions import Functions, Platform, platform_of
from benches.schedules.model import charter_of
from benches.schedules.queues import Message, Queue
from benches.schedules.trace import Trace
from benches.schedules.world import World

# As the stacks have it, or less: the more there are the longer a schedule takes, and two are enough to meet.
BATCH, AT_ONCE = 3, 2
DERIVED_SHARE = 0.3
EAGER = (0.005, 0.1, 1.0)
STORMY_MOVES, MOST_MOVES, MOST_REDRIVES = 400, 20_000, 3


@dataclass(frozen=True)
class Outcome:
    """What a schedule came to: the facts that do not hold, and what happened."""

    seed: int
    broken: Sequence[Broken]
    trace: Trace
    faults: Mapping[str, int]
    died: int


@dataclass
class _Running:
    """An invocation, what it was given, and how eager chance has it be: the least eager are overtaken a lot."""

    invocation: Invocation
    queue: Queue
    messages: Sequence[Message]
    eager: float
    failed: set[str] = field(default_factory=set)


class Schedule:
    """A world of its own, and all that happens in it until it is at rest; a seed always gives the same."""

    def __init__(self, seed: int, functions: Functions, *, builds: bool) -> None:
        self._seed, self._functions = seed, functions
        self._random = Random(seed)
        self._chance = functions.subject.chance(self._random)
        self._trace = Trace()
        self._charter = charter_of(derived=self._random.random() < DERIVED_SHARE)
        self._files = files_of(self._random, derived=any(use.derive for use in self._charter.datasets))
        self._world = World(functions.subject.stores(), self._random, self._chance, builds=builds)
        self._running: list[_Running] = []
        self._broken: list[Broken] = []
        self._next: _Running | None = None
        self._moved = self._called = self._redriven = 0

    def run(self) -> Outcome:
        """Go on until nothing waits and nobody works; then look at what became of the files."""
        while self._moved < MOST_MOVES and (self._next or self._choose() or self._redrive()):
            running, self._next = self._next, None
            if running is not None:
                self._go_on(running)
        if self._moved >= MOST_MOVES:
            self._broken.append(Broken("delivery", f"not at rest after {self._moved:,} moves"))
        for running in self._running:
            running.invocation.end()
        dead = [message.id for queue in (self._world.queue, self._world.bus) for message in queue.dead]
        if dead:
            self._broken.append(Broken("delivery", f"dead although nothing goes wrong any more: {', '.join(dead)}"))
        broken = [*self._broken, *broken_facts(self._world, self._charter)]
        died = self._world.queue.died + self._world.bus.died
        return Outcome(self._seed, broken, self._trace, Counter(self._chance.drawn), died)

    def _choose(self) -> bool:
        """Make moves until it is an invocation's turn, which is next; False when there is nothing to do, or no end."""
        while self._next is None:
            moves = self._moves()
            if not moves:
                return False
            self._moved += 1
            self._chance.calm |= self._moved >= STORMY_MOVES
            if self._moved >= MOST_MOVES:
                return False
            self._random.choices(moves, [weight for weight, _ in moves])[0][1]()
        return True

    def _moves(self) -> list[tuple[float, Callable[[], None]]]:
        """What may come next, each with its weight."""
        moves: list[tuple[float, Callable[[], None]]]
        moves = [(running.eager, partial(self._let, running)) for running in self._running]
        if self._files:
            moves.append((0.3, self._arrive))
        if self._takes(self._world.queue):
            moves.append((0.3, self._call_accept))
        if self._takes(self._world.bus):
            moves.append((0.3, self._call_build))
        if self._chance.late:
            moves.append((0.1, self._arrive_late))
        return moves

    def _let(self, running: _Running) -> None:
        self._next = running

    def _takes(self, queue: Queue) -> bool:
        return bool(queue.waiting) and sum(running.queue is queue for running in self._running) < AT_ONCE

    def _arrive(self) -> None:
        file = self._files.pop(0)
        self._trace.add("somebody", "puts", (file.key, file.content))
        self._world.put(file)

    def _arrive_late(self) -> None:
        name, call = self._chance.late.pop(self._random.randrange(len(self._chance.late)))
        self._trace.add("at last", name)
        call()

    def _call_accept(self) -> None:
        def work(running: _Running, platform: Platform) -> None:
            records = [{"messageId": message.id, **message.body} for message in running.messages]
            running.failed = self._functions.accept(platform, records)

        self._call(f"accept-{self._called}", self._world.queue, BATCH, work)

    def _call_build(self) -> None:
        def work(running: _Running, platform: Platform) -> None:
            self._functions.build(platform, running.messages[0].body)

        self._call(f"build-{self._called}", self._world.bus, 1, work)

    def _call(self, name: str, queue: Queue, most: int, work: Callable[[_Running, Platform], None]) -> None:
        """Take messages, and begin a process of its own for them; it stands before its first call."""

        def process(invocation: Invocation) -> None:
            step = self._functions.subject.steps(invocation, self._chance, self._trace)
            work(running, platform_of(self._world, self._charter, self._functions.subject, step, skew))

        messages = queue.take(most, calm=self._chance.calm)
        self._called += 1
        self._trace.add(name, "is called with", [message.id for message in messages])
        skew = timedelta(minutes=self._random.randint(-60, 60))

        def stays() -> bool:
            """Whether it is this one's turn, once all has happened that comes before anybody's."""
            self._choose()
            mine = self._next is running
            self._next = None if mine else self._next
            return mine

        running = _Running(
            Invocation(name, process, stays, self._functions.threads), queue, messages, self._random.choice(EAGER)
        )
        self._running.append(running)

    def _go_on(self, running: _Running) -> None:
        invocation = running.invocation
        invocation.turn()
        if not invocation.over:
            return
        self._running.remove(running)
        failed = running.messages if invocation.error else [m for m in running.messages if m.id in running.failed]
        end = type(invocation.error).__name__ if invocation.error else f"fails {len(failed)} of {len(running.messages)}"
        self._trace.add(invocation.name, f"ends: {end}")
        if failed and not invocation.faults:
            told = f"{invocation.name} failed without a fault: {invocation.error!r}"
            self._broken.append(Broken("delivery", told))
        running.queue.give_back(failed)

    def _redrive(self) -> bool:
        """Once nothing else is left: no more faults, and dead letters are sent again."""
        self._chance.calm = True
        self._redriven += 1
        if self._redriven > MOST_REDRIVES:
            return False
        queues = [queue for queue in (self._world.queue, self._world.bus) if queue.dead]
        for queue in queues:
            self._trace.add("somebody", "sends dead letters again to", (queue.name,))
            queue.redrive()
        return bool(queues)
