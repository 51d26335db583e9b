"""One schedule: releases, people and faults meet, and in the end everything has to be as the records say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Literal

from benches.schedules.broken import Broken
from benches.schedules.releases.calls import Calls, Running
from benches.schedules.releases.facts import broken_facts
from benches.schedules.releases.functions import Functions
from benches.schedules.releases.people import People
from benches.schedules.releases.world import DAY_OF_CALLS, MODEL, World
from benches.schedules.schedule import Outcome
from benches.schedules.trace import Trace
from benches.schedules.turns import Move, Turns
from serin.domain.errors import SerinError
from serin.domain.judgement.release_policy import BASIC, CanaryPolicy, Margins, ReleasePolicy, ShadowPolicy

HALF_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
QUICK = ReleasePolicy(
    canary=CanaryPolicy(steps=(10, 50), deadline=HALF_HOUR),
    shadow=ShadowPolicy(60, deadline=HALF_HOUR),
    margins=Margins(error_rate=0.1),
    bake=timedelta(minutes=2),
)
"""Decided in a few looks."""
STRATEGIES: Sequence[Literal["basic", "shadow", "canary"]] = ("canary", "canary", "canary", "shadow", "basic")
UNDECIDED: Sequence[Literal["hold", "ask", "roll_back"]] = ("hold", "ask", "roll_back")
STORMY_MOVES, MOST_MOVES = 800, 30_000
RECONCILE = timedelta(minutes=15)
PATIENCE = timedelta(hours=3)
"""How long a release may go on that nothing decides, until somebody does."""
REST = timedelta(hours=1)
"""For so long the sweepers come by when all is over."""
LAST = "last"


class Schedule:
    """A world of its own, and all that happens in it; a seed always gives the same."""

    def __init__(self, seed: int, functions: Functions) -> None:
        self._seed, self._random, self._trace = seed, Random(seed), Trace()
        self._chance = functions.subject.chance(self._random)
        self._policy = self._draw_policy()
        self._world = World(functions.subject.stores(), self._random, self._chance)
        self._calls = Calls(self._world, self._policy, functions, self._random, self._chance, self._trace)
        self._turns = Turns[Running](self._random, self._chance, self._moves, STORMY_MOVES, MOST_MOVES)
        self._calls.stays = self._stays
        self._people = People(self._world, self._calls, self._random, self._trace)
        self._plan: list[Move] = []
        self._sweeps = self._world.clock.now() + RECONCILE
        self._pace = self._random.choice((0.3, 0.05, 0.01))

    def run(self) -> Outcome:
        """First a version is live, mostly; then the storm; then rest, a look at all, and one more release."""
        try:
            broken = self._course()
        finally:
            for running in self._calls.running:
                running.invocation.end()
        return Outcome(self._seed, broken, self._trace, Counter(self._chance.drawn), self._world.queue.died)

    @property
    def statuses(self) -> Sequence[str]:
        """What became of its releases."""
        return [release.status for release in self._world.catalog.releases(MODEL)]

    @property
    def notices(self) -> Sequence[str]:
        """What people were told."""
        return [what for what, _ in self._world.told]

    def _course(self) -> list[Broken]:
        world = self._world
        if self._random.random() < 0.85:
            world.release("rel1", 1, "rollback")
            self._calls.alone(world.executions["rel1"])
            world.clock.advance(timedelta(days=7))
            world.call(DAY_OF_CALLS)
        if self._random.random() < 0.2:
            self._people.alarm()
        self._sweeps = world.clock.now() + RECONCILE
        self._plan = list(self._people.plan())
        self._settle(REST)
        disturbed = bool(self._chance.drawn or self._calls.disturbed or world.queue.sent)
        broken = [*self._restless(), *broken_facts(world, disturbed=disturbed)]
        return [*broken, *self._next_release()]

    def _settle(self, rest: timedelta) -> None:
        """Go on until all has come to its end and the sweepers have been by for so long; who goes on is aborted."""
        self._storm()
        quiet = patience = self._world.clock.now()
        while (self._is_busy() or self._world.clock.now() < quiet + rest) and self._turn():
            now, busy = self._world.clock.now(), self._is_busy()
            quiet = now if busy else quiet
            if busy and now > patience + PATIENCE:
                self._people.abort_all()
                patience = now

    def _storm(self) -> None:
        while (self._plan or self._calls.running) and self._turn():
            pass
        self._chance.calm = True

    def _turn(self) -> bool:
        if self._chance.calm and not self._calls.running:
            return self._turns.move()
        if not self._turns.choose():
            return False
        running = self._turns.take()
        if running is not None:
            self._calls.go_on(running)
        return True

    def _stays(self, running: Running) -> bool:
        return not self._calls.late(running) and self._turns.stays(running) and not self._calls.late(running)

    def _is_busy(self) -> bool:
        waits = any(execution.running for execution in self._world.executions.values())
        return bool(waits or self._calls.running or self._world.queue.waiting or self._chance.late or self._plan)

    def _moves(self) -> list[tuple[float, Move]]:
        """What may come next, each with its weight."""
        now, calls = self._world.clock.now(), self._calls
        moves: list[tuple[float, Move]] = [(run.eager, partial(self._turns.let, run)) for run in calls.running]
        going = [execution for execution in self._world.executions.values() if execution.running and not execution.busy]
        if calls.room:
            moves += [(0.5, partial(calls.state, execution)) for execution in going if execution.due <= now]
            moves += [(0.3, calls.event)] if self._world.queue.waiting else []
            moves += [(0.3, self._sweep)] if self._sweeps <= now else []
        idle = not moves
        if self._plan:
            moves.append((self._pace, self._happens))
        if self._chance.late:
            moves.append((0.05, self._arrive_late))
        if not moves or not self._chance.calm:
            moves.append((0.1 if idle else 0.005, self._wait))
        return moves

    def _happens(self) -> None:
        self._plan.pop(0)()

    def _sweep(self) -> None:
        self._sweeps = self._world.clock.now() + RECONCILE
        self._calls.reconcile()

    def _wait(self) -> None:
        """Time passes, until the next thing is due."""
        going = [execution for execution in self._world.executions.values() if execution.running and not execution.busy]
        now = self._world.clock.now()
        due = [moment for moment in (self._sweeps, *(execution.due for execution in going)) if moment > now]
        if due:
            self._world.clock.advance(min(due) - now)

    def _arrive_late(self) -> None:
        name, call = self._chance.late.pop(self._random.randrange(len(self._chance.late)))
        self._trace.add("at last", name)
        with suppress(SerinError):
            call()

    def _restless(self) -> Sequence[Broken]:
        return [Broken("delivery", f"not at rest after {self._turns.moved:,} moves")] if self._turns.endless else []

    def _next_release(self) -> list[Broken]:
        """Whatever has been, the next version goes live once the alias is as it should be."""
        world = self._world
        if world.hand is not None:
            self._people.put_back()
        world.metrics.known.clear()
        world.traffic.per_minute = 2000.0
        world.call(DAY_OF_CALLS)
        world.release(LAST, 9, "registered")
        self._settle(timedelta(0))
        live = world.control.live(MODEL)
        if live is None or live.release != LAST or world.alias.function_version != live.function_version:
            return [Broken("next release", f"live is {live}, the alias {world.alias}")]
        return []

    def _draw_policy(self) -> ReleasePolicy:
        if self._random.random() < 0.25:
            return BASIC
        strategy = self._random.choice(STRATEGIES)
        return replace(QUICK, strategy=strategy, inconclusive=self._random.choice(UNDECIDED))
