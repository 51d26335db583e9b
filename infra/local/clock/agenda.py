"""What is to happen at which moment: timers that always know their next one, and single calls."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass

Fire = Callable[[float], None]
"""Does what was due; receives the moment it was due at, in seconds of the epoch."""


@dataclass(frozen=True, order=True)
class Step:
    """One thing to do. Of what is due at one moment, timers come first, then calls, then threads that wait."""

    due: float
    rank: int
    order: int

    TIMER = 0
    CALL = 1
    THREAD = 2


@dataclass(frozen=True)
class _Timer:
    due: Callable[[], float | None]
    fire: Fire


class Agenda:
    """Timers in the order they were added, and calls in the order of their moments."""

    def __init__(self) -> None:
        self._timers: list[_Timer] = []
        self._calls: list[tuple[Step, Fire]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()

    def watch(self, due: Callable[[], float | None], fire: Fire) -> None:
        """Ask `due` for its next moment again and again, and `fire` one thing when it has come."""
        self._timers.append(_Timer(due, fire))

    def call_at(self, moment_s: float, action: Fire) -> None:
        """Do something once."""
        with self._lock:
            heapq.heappush(self._calls, (Step(moment_s, Step.CALL, next(self._order)), action))

    def next(self) -> Step | None:
        """What comes first, however far away."""
        steps = [Step(due, Step.TIMER, at) for at, timer in enumerate(self._timers) if (due := timer.due()) is not None]
        with self._lock:
            if self._calls:
                steps.append(self._calls[0][0])
        return min(steps, default=None)

    def do(self, step: Step) -> None:
        """Do what `next` has named."""
        if step.rank == Step.TIMER:
            self._timers[step.order].fire(step.due)
            return
        with self._lock:
            first, action = heapq.heappop(self._calls)
        action(first.due)
