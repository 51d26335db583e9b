"""The process of a job: watched for its time and its memory, asked to stop before it is killed.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infra.local.clock import VirtualClock
from infra.local.clock.threads import ClockEvent
from infra.local.memory import anonymous_mb
from infra.local.session import Session

STOP_S = 120.0
"""How long a job has from SIGTERM to SIGKILL, of the clock's time."""
_AT_ONCE_S = 2.0
"""For so long, of the machine's time, the clock waits for a job that is to stop."""
_TICK_S = 0.02

Why = Literal["exit", "memory", "MaxRuntimeExceeded", "Stopped", "Interrupted"]


@dataclass(frozen=True)
class Ending:
    """Why a process ended, and its exit status as a container has it."""

    why: Why
    code: int
    seconds: float


class JobProcess:
    """A process group that runs one program."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, session: Session
    ) -> None:
        self._session = session
        self._asked: Why | None = None
        self._began = time.monotonic()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        session.adopt(self._process.pid)

    def ask(self, why: Literal["Stopped", "Interrupted"]) -> None:
        """Make it stop; from any thread."""
        self._asked = self._asked or why

    def wait(self, limit_s: float, memory_mb: int, clock: VirtualClock) -> Ending:
        """Its end, by itself or by what it may not."""
        try:
            why = self._watch(limit_s, memory_mb)
            if why not in {"exit", "memory"}:
                self._stop(clock)
        finally:
            self.kill()
            code = self._process.wait()
            self._session.release(self._process.pid)
        return Ending(why, 128 - code if code < 0 else code, time.monotonic() - self._began)

    def kill(self) -> None:
        """End it at once, with all it started."""
        self._signal(signal.SIGKILL)

    def _watch(self, limit_s: float, memory_mb: int) -> Why:
        while self._process.poll() is None:
            if self._asked is not None:
                return self._asked
            if time.monotonic() - self._began > limit_s:
                return "MaxRuntimeExceeded"
            if anonymous_mb(self._process.pid) > memory_mb:
                return "memory"
            time.sleep(_TICK_S)
        return "exit"

    def _stop(self, clock: VirtualClock) -> None:
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_AT_ONCE_S)
            return
        over = ClockEvent(clock)
        threading.Thread(target=self._tell, args=(over,), daemon=True).start()
        over.wait(STOP_S)

    def _tell(self, over: ClockEvent) -> None:
        self._process.wait()
        over.set()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
