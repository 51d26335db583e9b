"""The clock itself: real time, moved; standing while it walks to a later moment."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from infra.local.clock import machine
from infra.local.clock.agenda import Agenda, Fire, Step
from infra.local.clock.shared import SharedReading
from infra.local.clock.waiting import Waiter, Waiting
from infra.local.clock.way import Way, stopped, walked_already
from serin.domain.errors import Conflict, Invalid, Unavailable

_log = logging.getLogger(__name__)

_LOOK_S = 0.5
"""How soon the clock notices that a timer's next moment has moved."""

Progress = Callable[[datetime, str], None]
"""Called at each step of a walk with the moment it has come to, and why it stopped there."""


class VirtualClock:
    """What everything in the local cloud takes for now: from `start` on, or so far ahead of the machine's clock.

    Safe from any thread.

    It runs with the machine's clock. During `advance` it stands and jumps from one due moment to the next, so work
    takes no time then and what happens is stamped with exactly the moment it was due.
    """

    def __init__(self, start: datetime | None = None, offset_s: float = 0.0) -> None:
        self._offset_s = offset_s if start is None else start.timestamp() - machine.time_s()
        self._standing_s: float | None = None
        self._shared: SharedReading | None = None
        self._agenda = Agenda()
        self.waiting = Waiting(self)
        self._driving = threading.Lock()
        self._walking = threading.Lock()
        self._way: Way | None = None
        self._stopping = threading.Event()
        self._nudge = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def time(self) -> float:
        """Seconds of the epoch."""
        standing = self._standing_s
        return machine.time_s() + self._offset_s if standing is None else standing

    @property
    def offset_s(self) -> float:
        """How far it is ahead of the machine's clock."""
        return self.time() - machine.time_s()

    def now_ms(self) -> int:
        """Milliseconds of the epoch."""
        return int(self.time() * 1000)

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    @property
    def stands(self) -> bool:
        """Whether it is walking, and so moves by steps only."""
        return self._standing_s is not None

    def start(self) -> None:
        """Begin to do in real time what is watched and called."""
        self._thread.start()

    def close(self) -> None:
        """End; whoever waits goes on at once."""
        self._closing.set()
        self._nudge.set()
        self.waiting.close()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def share(self, path: Path) -> None:
        """Show the time to other processes through this file from now on; see `SharedReading`."""
        self._shared = SharedReading(path)
        self._publish()

    def wait_until(self, moment_s: float, cancelled: threading.Event) -> bool:
        """Block until the moment has come; False when `cancelled` came first (noticed within 0.2 s)."""
        if moment_s > self.time():
            self.waiting.wait(Waiter(moment_s, cancelled))
        return not cancelled.is_set()

    def sleep(self, seconds: float, cancelled: threading.Event) -> bool:
        """Block for a span of the clock's time; False when `cancelled` came first."""
        return self.wait_until(self.time() + seconds, cancelled)

    def watch(self, due: Callable[[], float | None], fire: Fire) -> None:
        """Add a timer: `due()` is its next moment or None, `fire(moment)` does one thing and moves `due` on."""
        self._agenda.watch(due, fire)

    def call_at(self, moment_s: float, action: Fire) -> None:
        """Call `action(moment_s)` once, on the clock's own thread, which it must not hold up."""
        self._agenda.call_at(moment_s, action)
        self._nudge.set()

    def advance(self, to: datetime, settle: Callable[[], None], progress: Progress | None = None) -> None:
        """Walk to a later moment through everything that is due on the way, in order, and be exactly there.

        `settle` waits, in real time, until nothing moves that does not itself wait for the clock. Raises Conflict
        while another walk is under way or where this one is stopped, and Invalid for a moment that has passed.
        """
        if not self._walking.acquire(blocking=False):
            raise walked_already(self._way, self.now(), self._stopping.is_set())
        try:
            self._stopping.clear()
            self._way = way = Way(self.now(), to)
            with self._driving:
                if to.timestamp() < self.time():
                    raise Invalid(
                        f"{to.isoformat()} has passed; it is {self.now().isoformat()}.", "Name a later moment."
                    )
                self._walk(way, settle, progress)
        finally:
            self._way = None
            self._walking.release()

    def stop_walk(self) -> Way:
        """End the walk under way once the step it is in has come to rest; Conflict where there is none."""
        way = self._way
        if way is None:
            raise Conflict("The clock is not being advanced.", "Nothing to do: it runs by itself.")
        self._stopping.set()
        return way

    def _walk(self, way: Way, settle: Callable[[], None], progress: Progress | None) -> None:
        target = way.to.timestamp()
        self._stand(self.time())
        try:
            settle()
            while (step := self._next()) is not None and step.due <= target:
                if self._closing.is_set():
                    raise Unavailable("The local cloud was stopped on the way.", "Start it again.")
                if self._stopping.is_set():
                    raise stopped(way, self.now())
                self._stand(max(step.due, self.time()))
                self._do(step)
                settle()
                if progress is not None:
                    progress(self.now(), _WHY[step.rank])
            self._stand(target)
        finally:
            self._move()

    def _next(self) -> Step | None:
        steps = [step for step in (self._agenda.next(), self.waiting.next()) if step is not None]
        return min(steps, default=None)

    def _do(self, step: Step) -> None:
        if step.rank == Step.THREAD:
            self.waiting.release(step)
            return
        try:
            self._agenda.do(step)
        except Exception:  # noqa: BLE001 - one failed timer must not stop the clock for all the others
            _log.exception("what was due at %s", self.now().isoformat())
            self._closing.wait(_LOOK_S)

    def _stand(self, moment_s: float) -> None:
        self._standing_s = moment_s
        self._publish()

    def _move(self) -> None:
        """Go on in real time from where it stands."""
        self._offset_s = self.offset_s
        self._standing_s = None
        self._publish()
        self.waiting.look_again()

    def _publish(self) -> None:
        if self._shared is None:
            return
        if self._standing_s is None:
            self._shared.moves(self._offset_s)
        else:
            self._shared.stands(self._standing_s)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._nudge.wait(self._tick())
            self._nudge.clear()

    def _tick(self) -> float:
        """Do one thing that is due; returns for how long there is nothing more to do."""
        with self._driving:
            step = self._agenda.next()
            left = _LOOK_S if step is None else step.due - self.time()
            if step is not None and left <= 0:
                self._do(step)
        return max(0.0, min(left, _LOOK_S))


_WHY = {Step.TIMER: "timer", Step.CALL: "call", Step.THREAD: "wait"}
