"""One schedule: files come, functions are called, one at a time works on, and what goes wrong is the seed's choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from benches.schedules.broken import Broken
from benches.schedules.calls import Calls, Running
from benches.schedules.facts import broken_facts
from benches.schedules.files import files_of
from benches.schedules.functions import Functions
from benches.schedules.model import charter_of
from benches.schedules.queues import Queue
from benches.schedules.trace import Trace
from benches.schedules.world import World

DERIVED_SHARE = 0.3
# How soon files follow each other: all at once, or when most of the work on those before is done.
PACES = (0.3, 0.02)
STORMY_MOVES, MOST_MOVES, MOST_REDRIVES = 1_000, 20_000, 3
Move = Callable[[], None]


@dataclass(frozen=True)
class Outcome:
    """What a schedule came to: facts that do not hold, what happened, and how many messages were dead for a while."""

    seed: int
    broken: Sequence[Broken]
    trace: Trace
    faults: Mapping[str, int]
    died: int


class Schedule:
    """A world of its own, and all that happens in it until it is at rest; a seed always gives the same.

    A message may die only of faults, each of its tries of one at least. Once nothing else is left to do
    faults end, and what is dead is sent again: then everything has to be taken in.
    """

    def __init__(self, seed: int, functions: Functions, *, builds: bool) -> None:
        self._seed = seed
        self._random = Random(seed)
        self._chance = functions.subject.chance(self._random)
        self._trace = Trace()
        self._charter = charter_of(derived=self._random.random() < DERIVED_SHARE)
        self._files = files_of(self._random, derived=any(use.derive for use in self._charter.datasets))
        self._world = World(functions.subject.stores(), self._random, self._chance, builds=builds)
        self._calls = Calls(self._world, self._charter, functions, self._random, self._chance, self._trace)
        self._pace = self._random.choice(PACES)
        self._next: Running | None = None
        self._moved = self._redriven = 0

    def run(self) -> Outcome:
        """Go on until nothing waits and nobody works; then look at what became of the files."""
        try:
            while self._next or self._choose() or self._redrive():
                running, self._next = self._next, None
                if running is not None:
                    self._calls.go_on(running)
        finally:
            for running in self._calls.running:
                running.invocation.end()
        broken = [*self._calls.broken, *self._restless(), *broken_facts(self._world, self._charter)]
        died = self._world.queue.died + self._world.bus.died
        return Outcome(self._seed, broken, self._trace, Counter(self._chance.drawn), died)

    def _restless(self) -> Sequence[Broken]:
        found = [f"{queue.name}: {len(queue.dead)} messages die of no fault" for queue in self._queues if queue.dead]
        found += [f"not at rest after {self._moved:,} moves"] if self._moved >= MOST_MOVES else []
        return [Broken("delivery", told) for told in found]

    def _choose(self) -> bool:
        """Make moves until it is an invocation's turn, which is next; False when there is nothing to do, or no end."""
        while self._next is None:
            moves = self._moves()
            if not moves or self._moved >= MOST_MOVES:
                return False
            self._moved += 1
            self._chance.calm |= self._moved >= STORMY_MOVES
            self._random.choices(moves, [weight for weight, _ in moves])[0][1]()
        return True

    def _stays(self, running: Running) -> bool:
        """Whether it is this one's turn, once all has happened that comes before anybody's."""
        self._choose()
        mine = self._next is running
        self._next = None if mine else self._next
        return mine

    def _moves(self) -> list[tuple[float, Move]]:
        """What may come next, each with its weight."""
        moves: list[tuple[float, Move]]
        moves = [(running.eager, partial(self._let, running)) for running in self._calls.running]
        if self._files:
            moves.append((self._pace, self._arrive))
        if self._calls.wanted(self._world.queue):
            moves.append((0.3, partial(self._calls.accept, self._stays)))
        if self._calls.wanted(self._world.bus):
            moves.append((0.3, partial(self._calls.build, self._stays)))
        if self._chance.late:
            moves.append((0.1, self._arrive_late))
        return moves

    def _let(self, running: Running) -> None:
        self._next = running

    def _arrive(self) -> None:
        file = self._files.pop(0)
        self._trace.add("somebody", "puts", (file.key, file.content))
        self._world.put(file)

    def _arrive_late(self) -> None:
        name, call = self._chance.late.pop(self._random.randrange(len(self._chance.late)))
        self._trace.add("at last", name)
        call()

    @property
    def _queues(self) -> Sequence[Queue]:
        return self._world.queue, self._world.bus

    def _redrive(self) -> bool:
        """Once nothing else is left: no more faults, and dead letters are sent again, as often as makes sense."""
        self._chance.calm = True
        self._redriven += 1
        dead = [queue for queue in self._queues if queue.dead]
        if not dead or self._redriven > MOST_REDRIVES or self._moved >= MOST_MOVES:
            return False
        for queue in dead:
            self._trace.add("somebody", "sends dead letters again to", (queue.name,))
            queue.redrive()
        return True
