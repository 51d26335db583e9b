"""Which worker runs next: warm ones first, no more than the functions' and the machine's limits."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable

from infra.local.services.awslambda.functions.worker import Worker
from infra.local.services.awslambda.model import FunctionVersion
from serin.domain.errors import Unavailable

_KILL_AGAIN_S = 0.05


class Pool:
    """All workers of a host. A worker is either idle here or lent to one execution."""

    def __init__(self, make: Callable[[FunctionVersion, bool], Worker], limit: int, concurrency: int) -> None:
        self._make = make
        self._limit = limit
        self._concurrency = concurrency
        self._changed = threading.Condition()
        self._idle: list[Worker] = []  # the one used longest ago first
        self._busy: set[Worker] = set()
        self._running: Counter[str] = Counter()
        self._unreserved = 0
        self._current: dict[str, FunctionVersion] = {}
        self._closed = False

    def acquire(self, version: FunctionVersion) -> Worker | None:
        """A worker for one execution, a warm one if there is one; None when there is no concurrency left.

        Beyond the machine's limit an idle worker of another version gives way; without one the caller
        waits for a while: up to the function's own timeout.
        """
        with self._changed:
            if not self._has_room(version):
                return None
            self._count(version, 1)
            left_over = self._make_current(version)
            worker = self._take(version, left_over)
            if worker is None:
                self._count(version, -1)
        _close(left_over)
        return worker

    def give_back(self, worker: Worker) -> None:
        """The execution is over; a worker that is outdated by now is closed.

        One whose process ended is kept: the next call starts another in it, and finds what is in its /tmp.
        """
        with self._changed:
            current = self._current.get(worker.version.arn)
            reusable = (worker.warm or not worker.kept) and current == worker.version and not self._closed
            if reusable:
                worker.idle_since = time.monotonic()
                self._idle.append(worker)
                self._forget(worker)
        if not reusable:
            worker.end()
            with self._changed:
                self._forget(worker)

    def place(self, version: FunctionVersion) -> Worker | None:
        """A new worker to be started before anybody calls, and kept; None while the machine is full."""
        with self._changed:
            left_over = self._make_current(version)
            worker = None if self._closed else self._new_worker(version, left_over, kept=True)
            if worker is not None:
                self._busy.add(worker)
        _close(left_over)
        return worker

    def admit(self, worker: Worker) -> None:
        """A placed worker has started, or failed to."""
        with self._changed:
            self._busy.discard(worker)
            ready = worker.warm and self._current.get(worker.version.arn) == worker.version and not self._closed
            if ready:
                self._idle.append(worker)
            self._changed.notify_all()
        if not ready:
            worker.end()

    def kept(self, version: FunctionVersion) -> int:
        """How many workers of the version are kept and live."""
        with self._changed:
            return sum(worker.kept and worker.version == version for worker in (*self._idle, *self._busy))

    def keep(self, version: FunctionVersion, at_most: int) -> None:
        """Keep no more than so many; the others grow old like any."""
        with self._changed:
            kept = [worker for worker in (*self._idle, *self._busy) if worker.kept and worker.version == version]
            for worker in kept[at_most:]:
                worker.kept = False
                worker.idle_since = time.monotonic()

    def retire(self, function_arn: str, version: str | None) -> None:
        """Close idle workers of the version, or of all; lent ones are closed when they come back."""
        with self._changed:
            for arn, current in list(self._current.items()):
                if current.function_arn == function_arn and version in {None, current.version}:
                    del self._current[arn]
            retired = self._drop(lambda worker: worker.version.arn not in self._current)
        _close(retired)

    def expire(self, idle_s: float) -> None:
        """Close those that were not used for so long."""
        oldest = time.monotonic() - idle_s
        with self._changed:
            expired = self._drop(lambda worker: not worker.kept and worker.idle_since < oldest)
        _close(expired)

    def close(self) -> None:
        """Close idle workers, end the processes of lent ones and wait until these came back."""
        with self._changed:
            self._closed = True
            idle = self._drop(lambda _: True)
            self._changed.notify_all()
        _close(idle)
        with self._changed:
            while self._busy:
                # Again and again: a lent worker may be about to start its process.
                for worker in self._busy:
                    worker.kill()
                self._changed.wait(_KILL_AGAIN_S)

    def _has_room(self, version: FunctionVersion) -> bool:
        """Whether the function may run once more: by what it has reserved, or by what the account has for all."""
        reserved = version.reserved_concurrency
        if reserved is not None:
            return self._running[version.function_arn] < reserved
        return self._unreserved < self._concurrency

    def _count(self, version: FunctionVersion, more: int) -> None:
        self._running[version.function_arn] += more
        if version.reserved_concurrency is None:
            self._unreserved += more

    def _take(self, version: FunctionVersion, left_over: list[Worker]) -> Worker | None:
        deadline = time.monotonic() + version.timeout_s
        while not self._closed:
            worker = self._idle_worker(version) or self._new_worker(version, left_over)
            if worker is not None:
                self._busy.add(worker)
                return worker
            left = deadline - time.monotonic()
            if left <= 0 or not self._changed.wait(left):
                return None
        raise Unavailable("The local cloud has stopped.", "Start it again: serin up.")

    def _idle_worker(self, version: FunctionVersion) -> Worker | None:
        # The kept ones first, then the warm one that has rested longest: callers are spread over all of them.
        fitting = [worker for worker in self._idle if worker.version == version]
        worker = min(fitting, key=lambda worker: (not worker.kept, not worker.warm), default=None)
        if worker is not None:
            self._idle.remove(worker)
        return worker

    def _new_worker(self, version: FunctionVersion, left_over: list[Worker], kept: bool = False) -> Worker | None:
        if len(self._idle) + len(self._busy) >= self._limit:
            oldest = next((worker for worker in self._idle if not worker.kept), None)
            if oldest is None:
                return None
            self._idle.remove(oldest)
            left_over.append(oldest)
        return self._make(version, kept)

    def _make_current(self, version: FunctionVersion) -> list[Worker]:
        """The idle workers of what this version was before its code or configuration changed."""
        self._current[version.arn] = version
        return self._drop(lambda worker: worker.version.arn == version.arn and worker.version != version)

    def _drop(self, doomed: Callable[[Worker], bool]) -> list[Worker]:
        dropped = [worker for worker in self._idle if doomed(worker)]
        self._idle = [worker for worker in self._idle if worker not in dropped]
        return dropped

    def _forget(self, worker: Worker) -> None:
        self._busy.discard(worker)
        self._count(worker.version, -1)
        self._changed.notify_all()


def _close(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.end()
