"""Which functions run, and for how long each has: what makes a walk of the clock long."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from infra.local.processor import Spent


class Work:
    """Counts calls by the function's name. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._spent: defaultdict[str, Spent] = defaultdict(Spent)

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Count one call for as long as the block runs."""
        began = time.monotonic()
        with self._lock:
            self._running[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[name] -= 1
                self._seconds[name] += time.monotonic() - began

    def spend(self, name: str, cpu_s: float) -> None:
        """Count what one execution took."""
        with self._lock:
            before = self._spent[name]
            self._spent[name] = Spent(before.executions + 1, before.cpu_s + cpu_s)

    @property
    def spent(self) -> Mapping[str, Spent]:
        """What each has taken so far, by name."""
        with self._lock:
            return dict(self._spent)

    @property
    def running(self) -> list[str]:
        """The functions that run now, by name."""
        with self._lock:
            return sorted(name for name, calls in self._running.items() if calls > 0)

    @property
    def seconds(self) -> Mapping[str, float]:
        """For how long each has run so far, in seconds of the machine's time; calls at once count each."""
        with self._lock:
            return dict(self._seconds)
