"""Where processor time goes: this process, its threads and all processes it has started, by what was done."""

from __future__ import annotations

import os
import resource
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.processor import Spent

_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Adds up seconds of processor time; what is done inside of something else counts there only."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Count what the block takes."""
        began = cpu_seconds()
        self._inner.append(0.0)
        try:
            yield
        finally:
            spent = cpu_seconds() - began
            self._seconds[what] += spent - self._inner.pop()
            if self._inner:
                self._inner[-1] += spent

    def figures(self) -> Mapping[str, float]:
        """Seconds by what was done."""
        return {name: round(seconds, 1) for name, seconds in self._seconds.items()}


def functions_of(spent: Mapping[str, Spent]) -> list[dict[str, Any]]:
    """What functions have taken, the one that took most first; the rest is the local cloud's and the caller's."""
    ordered = sorted(spent.items(), key=lambda pair: -pair[1].cpu_s)
    return [{"function": name, "executions": one.executions, "cpu_s": round(one.cpu_s, 1)} for name, one in ordered]


def cpu_seconds() -> float:
    """Of this process, of those it has started and that have ended, and of those that still run."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in spent) + _of_running()


def _of_running() -> float:
    """Linux tells of processes that still run; elsewhere they count when they end."""
    total = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended since the folder was listed
        if int(fields[1]) == os.getpid():
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS
