"""Events and threads whose time-outs are of the clock, in place of those of `threading`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from infra.local.clock.virtual import VirtualClock
from infra.local.clock.waiting import Waiter


class ClockEvent:
    """`threading.Event` on the clock: whoever waits for it is at rest."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiters: set[Waiter] = set()
        self._is_set = False

    def is_set(self) -> bool:
        """Whether it was set and not cleared since."""
        return self._is_set

    def set(self) -> None:
        """Wake all who wait, even when it is cleared at once."""
        with self._lock:
            self._is_set = True
            for waiter in self._waiters:
                waiter.release(signalled=True)

    def clear(self) -> None:
        """Make later waits wait again."""
        with self._lock:
            self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it is set; False when `timeout` seconds of the clock passed first.

        Where the clock ends before either, the calling thread ends with it: no time has passed that it could tell of.
        """
        return self.wait_until(None if timeout is None else self._clock.time() + timeout)

    def wait_until(self, moment_s: float | None) -> bool:
        """Block until it is set; False when the moment came first."""
        waiter = Waiter(moment_s)
        with self._lock:
            if self._is_set or (moment_s is not None and moment_s <= self._clock.time()):
                return self._is_set
            self._waiters.add(waiter)
        try:
            self._clock.waiting.wait(waiter)
        finally:
            with self._lock:
                self._waiters.discard(waiter)
        if not waiter.signalled and self._clock.waiting.closed:
            # No handler of errors takes it for one on its way out of the thread.
            raise SystemExit
        return waiter.signalled


class ClockThread(threading.Thread):
    """`threading.Thread` whose work the clock waits for, and whose end others await at rest."""

    def __init__(
        self, clock: VirtualClock, target: Callable[..., object], name: str | None = None, **more: Any
    ) -> None:
        super().__init__(target=target, name=name, **more)
        self._clock = clock
        self._over = ClockEvent(clock)

    def start(self) -> None:
        """Begin; from here on the clock counts it."""
        self._clock.waiting.adopt(self)
        super().start()

    def run(self) -> None:
        """Do the work."""
        is_over = True
        try:
            super().run()
        except SystemExit:
            # The clock has ended, and the work has not: who waits for it must not take it for done.
            is_over = False
        finally:
            if is_over:
                self._over.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the work."""
        self._over.wait(timeout)

    def is_alive(self) -> bool:
        """Whether the work has begun and not ended."""
        return super().is_alive() and not self._over.is_set()
