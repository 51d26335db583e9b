"""Threads of which one runs at a time, and only as far as it is told to: what interleaves is the seed's choice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Killed(BaseException):
    """The process ended here; no `except Exception` sees that."""


class Invocation:
    """One call of a function. It works only while it holds the baton, and before every call it makes others may come.

    `stays` is asked then whether it is its turn again: handing the baton on costs more than the call.
    """

    def __init__(
        self, name: str, work: Callable[[Invocation], None], stays: Callable[[], bool], threads: ThreadPoolExecutor
    ) -> None:
        self.name = name
        self.over = False
        self.faults = 0
        self.error: BaseException | None = None
        self._work, self._stays = work, stays
        self._ended_early = False
        # Held while the other side must wait; quicker than a semaphore, and there is one of each side.
        self._go, self._back = threading.Lock(), threading.Lock()
        self._go.acquire()
        self._back.acquire()
        threads.submit(self._run)

    def turn(self) -> None:
        """Let it work until it is another's turn, or until it is done."""
        self._go.release()
        self._back.acquire()

    def pause(self) -> None:
        """Let others have their turn; called by the work itself."""
        if not self._ended_early and self._stays():
            return
        if not self._ended_early:
            self._back.release()
            self._go.acquire()
        if self._ended_early:
            raise Killed

    def end(self) -> None:
        """Kill it where it stands."""
        self._ended_early = True
        while not self.over:
            self.turn()

    def _run(self) -> None:
        self._go.acquire()
        try:
            if not self._ended_early:
                self._work(self)
        except BaseException as error:  # noqa: BLE001  # the process is this thread: its end is what is looked at
            self.error = error
        self.over = True
        self._back.release()
