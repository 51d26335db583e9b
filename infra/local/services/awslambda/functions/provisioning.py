"""Provisioned concurrency: so many processes of a version are started before they are needed, and stay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from infra.local.services.awslambda.functions.pool import Pool
from infra.local.services.awslambda.functions.worker import Worker
from infra.local.services.awslambda.model import FunctionVersion

Wanted = Sequence[tuple[FunctionVersion, int]]
"""How many processes of which versions."""

_AGAIN_S = 0.2


@dataclass(frozen=True)
class Warm:
    """How many processes of a version are kept, and how that stands."""

    allocated: int
    status: Literal["IN_PROGRESS", "READY", "FAILED"]


class Provisioning:
    """Starts what is missing, one after the other, on a thread of its own from the first wish on."""

    def __init__(self, pool: Pool, prepare: Callable[[Worker], bool]) -> None:
        self._pool = pool
        self._prepare = prepare
        self._wanted: dict[str, Wanted] = {}
        self._failed: set[str] = set()
        self._preparing: FunctionVersion | None = None
        self._lock = threading.Lock()
        self._look = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def keep(self, function_arn: str, wanted: Wanted) -> None:
        """Keep this of the function from now on, in place of what was kept before."""
        with self._lock:
            before = self._wanted.get(function_arn, ())
            self._wanted[function_arn] = tuple(wanted)
            self._failed -= {version.arn for version, _ in wanted}
            if self._thread is None and wanted and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="provisioned concurrency", daemon=True)
                self._thread.start()
        numbers = {version.arn: number for version, number in wanted}
        for version, _ in (*before, *wanted):
            self._pool.keep(version, numbers.get(version.arn, 0))
        self._look.set()

    def look(self) -> None:
        """A kept process has ended."""
        self._look.set()

    def warm(self, version: FunctionVersion) -> Warm:
        """How the version stands."""
        with self._lock:
            wanted = sum(n for one in self._wanted.values() for kept, n in one if kept.arn == version.arn)
            allocated = self._pool.kept(version) - (self._preparing == version)
            if version.arn in self._failed:
                return Warm(allocated, "FAILED")
            return Warm(allocated, "READY" if allocated >= wanted else "IN_PROGRESS")

    def stop(self) -> None:
        """Start nothing more."""
        self._stopped.set()
        self._look.set()

    def join(self) -> None:
        """Wait for the end of what was being started."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            missing = self._missing()
            if missing is None:
                self._look.wait()
                self._look.clear()
            elif not self._start(missing):
                self._stopped.wait(_AGAIN_S)

    def _missing(self) -> FunctionVersion | None:
        with self._lock:
            wanted = [one for several in self._wanted.values() for one in several if one[0].arn not in self._failed]
        return next((version for version, number in wanted if self._pool.kept(version) < number), None)

    def _start(self, version: FunctionVersion) -> bool:
        """False when there is no room now."""
        worker = self._pool.place(version)
        if worker is None:
            return False
        self._preparing = version
        try:
            if not self._prepare(worker):
                with self._lock:
                    self._failed.add(version.arn)
        finally:
            self._pool.admit(worker)
            self._preparing = None
        return True
