"""The threads that wait for a moment of the clock, and whether all the others have come to rest."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Protocol

from infra.local.clock.agenda import Step

_LOOK_S = 0.2
"""How soon a thread notices an event that cannot wake it."""


class Time(Protocol):
    """The clock as those who wait see it."""

    @property
    def stands(self) -> bool:
        """Whether it moves by steps only."""

    def time(self) -> float:
        """Seconds of the epoch."""


@dataclass(eq=False)
class Waiter:
    """One thread's wait, until it is released, cancelled, or the clock passes `due`."""

    due: float | None
    cancelled: threading.Event | None = None
    signalled: bool = False
    order: int = 0
    thread: int = 0
    _released: bool = False
    _nudge: threading.Event = field(default_factory=threading.Event)

    def release(self, signalled: bool = False) -> None:
        """Let the thread go on; `signalled` when it is for what it waited for and not for the time."""
        self.signalled |= signalled
        self._released = True
        self._nudge.set()

    def nudge(self) -> None:
        """Make the thread look at the clock again."""
        self._nudge.set()

    def is_over(self, clock: Time) -> bool:
        """Whether the thread goes on by itself. While the clock stands, moments are given out one by one."""
        if self._released or (self.cancelled is not None and self.cancelled.is_set()):
            return True
        return self.due is not None and not clock.stands and self.due <= clock.time()

    def pause(self, clock: Time) -> None:
        """Wait until it is worth looking again."""
        left = None if self.due is None or clock.stands else max(0.0, self.due - clock.time())
        if self.cancelled is not None:
            left = _LOOK_S if left is None else min(left, _LOOK_S)
        self._nudge.wait(left)
        self._nudge.clear()


class Waiting:
    """All waits, and the threads (the crew) of which a wait is known to be all they do."""

    def __init__(self, clock: Time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiters: list[Waiter] = []
        self._crew: set[threading.Thread] = set()
        self._order = itertools.count()
        self.closed = False
        """Whether the clock has ended, so that nobody waits any more."""
        self.turns = 0
        """How often a thread began or ended to wait."""

    def wait(self, waiter: Waiter) -> None:
        """Block the calling thread."""
        with self._lock:
            if self.closed:
                return
            waiter.order, waiter.thread = next(self._order), threading.get_ident()
            self._waiters.append(waiter)
            self.turns += 1
        try:
            while not waiter.is_over(self._clock):
                waiter.pause(self._clock)
        finally:
            with self._lock:
                self._waiters.remove(waiter)
                self.turns += 1

    def adopt(self, thread: threading.Thread) -> None:
        """Count a thread as moving unless it waits for the clock; before it starts."""
        with self._lock:
            self._crew.add(thread)

    def moving(self) -> bool:
        """Whether a thread of the crew does anything but wait."""
        with self._lock:
            resting = {waiter.thread for waiter in self._waiters if not waiter.is_over(self._clock)}
            ended = {thread for thread in self._crew if thread.ident is not None and not thread.is_alive()}
            self._crew -= ended
            return any(thread.ident not in resting for thread in self._crew)

    def next(self) -> Step | None:
        """Which thread's moment comes first."""
        with self._lock:
            steps = [
                Step(waiter.due, Step.THREAD, waiter.order)
                for waiter in self._waiters
                if waiter.due is not None and not waiter.is_over(self._clock)
            ]
        return min(steps, default=None)

    def release(self, step: Step) -> None:
        """Let the thread go on that `next` has named, unless it has already."""
        with self._lock:
            for waiter in self._waiters:
                if waiter.order == step.order:
                    waiter.release()

    def look_again(self) -> None:
        """Tell all that the clock has been moved."""
        with self._lock:
            for waiter in self._waiters:
                waiter.nudge()

    def close(self) -> None:
        """Release everybody, now and from now on."""
        with self._lock:
            self.closed = True
            for waiter in self._waiters:
                waiter.release()
