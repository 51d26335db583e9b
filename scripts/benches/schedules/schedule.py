"""One schedule: files come, functions are called, one at a time works on, and what goes wrong is the seed's choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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
from benches.schedules.turns import Move, Turns
from benches.schedules.world import World

DERIVED_SHARE = 0.3
# How soon files follow each other: all at once, or when most of the work on those before is done.
PACES = (0.3, 0.02)
STORMY_MOVES, MOST_MOVES, MOST_REDRIVES = 1_000, 20_000, 3


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
        self._turns = Turns[Running](self._random, self._chance, self._moves, STORMY_MOVES, MOST_MOVES)
        self._redriven = 0

    def run(self) -> Outcome:
        """Go on until nothing waits and nobody works; then look at what became of the files."""
        try:
            while self._turns.choose() or self._redrive():
                running = self._turns.take()
                if running is not None:
                    self._calls.go_on(running)
        finally:
            for running in self._calls.running:
                running.invocation.end()
        broken = [*self._calls.broken, *self._restless(), *broken_facts(self._world, self._charter)]
        died = self._world.queue.died + self._world.bus.died
        return Outcome(self._seed, broken, self._trace, Counter(self._chance.drawn), died)

    def _restless(self) -> Sequence[Broken]:
        restless = [f"{queue.name}: {len(queue.dead)} messages die of no fault" for queue in self._queues if queue.dead]
        restless += [f"not at rest after {self._turns.moved:,} moves"] if self._turns.endless else []
        return [Broken("delivery", told) for told in restless]

    def _moves(self) -> list[tuple[float, Move]]:
        """What may come next, each with its weight."""
        moves: list[tuple[float, Move]]
        moves = [(running.eager, partial(self._turns.let, running)) for running in self._calls.running]
        if self._files:
            moves.append((self._pace, self._arrive))
        if self._calls.wanted(self._world.queue):
            moves.append((0.3, partial(self._calls.accept, self._turns.stays)))
        if self._calls.wanted(self._world.bus):
            moves.append((0.3, partial(self._calls.build, self._turns.stays)))
        if self._chance.late:
            moves.append((0.1, self._arrive_late))
        return moves

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
        if not dead or self._redriven > MOST_REDRIVES or self._turns.endless:
            return False
        for queue in dead:
            self._trace.add("somebody", "sends dead letters again to", (queue.name,))
            queue.redrive()
        return True
