"""A place for one execution at a time: Lambda's execution environment, warm while it has a process."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from infra.local.services.awslambda.functions.process import RuntimeProcess
from infra.local.services.awslambda.model import FunctionVersion

Launch = Callable[[FunctionVersion, str, str, Path], RuntimeProcess]
"""Starts a process for a version that logs to a stream; the third is the initialization type Lambda tells it, the
fourth its temporary folder."""


class Worker:
    """Runs one version; `idle_since` orders the idle ones, `kept` ones are there before anybody calls and stay.

    Its temporary folder, below `folder`, outlives its processes, as /tmp does on Lambda.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-invoke-with-errors
    """

    def __init__(self, version: FunctionVersion, launch: Launch, now_ms: int, folder: Path, kept: bool = False) -> None:
        self.version = version
        day = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y/%m/%d")
        self.stream = f"{day}/[{version.version}]{uuid.uuid4().hex}"
        self.idle_since = 0.0
        self.kept = kept
        self._asked = False
        self._seen_s = self._ended_s = self._taken_s = 0.0
        self._folder = folder
        self._scratch: Path | None = None
        self._launch = launch
        self._process: RuntimeProcess | None = None

    @property
    def warm(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.running

    @property
    def process(self) -> RuntimeProcess:
        """Its process; start it first."""
        assert self._process is not None
        return self._process

    @property
    def start_type(self) -> str:
        """The initialization type Lambda tells its process."""
        return "provisioned-concurrency" if self.kept else "on-demand"

    def start(self) -> RuntimeProcess:
        """Start its process."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix=f"{self.version.name}-", dir=self._folder))
        self._process = self._launch(self.version, self.stream, self.start_type, self._scratch)
        return self._process

    def has_asked(self) -> None:
        """Its process has asked for work before there was any."""
        self._asked = True

    def take_asked(self) -> bool:
        """Whether its process asked before; the next time it has to ask again."""
        asked, self._asked = self._asked, False
        return asked

    def take_cpu_s(self) -> float:
        """Seconds of processor time that processes have taken here since this was asked the last time."""
        self._look_at_cpu()
        taken, self._taken_s = self._seen_s - self._taken_s, self._seen_s
        return taken

    def _look_at_cpu(self) -> None:
        # Of one that has ended by itself the system may tell no more: what was seen of it stays.
        if self._process is not None:
            self._seen_s = max(self._seen_s, self._ended_s + self._process.cpu_s)

    def kill(self) -> None:
        """End the process from another thread than the one that uses it; that one closes it."""
        if self._process is not None:
            self._process.kill()

    def close(self, on_output: Callable[[bytes], None] | None = None) -> None:
        """End the process; another one may be started."""
        self._look_at_cpu()
        self._ended_s = self._seen_s
        process, self._process = self._process, None
        if process is not None:
            process.close(on_output or _unheard)

    def end(self) -> None:
        """End it for good, with its temporary folder."""
        self.close()
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _unheard(output: bytes) -> None:
    """Nobody reads what a process prints between two invocations; Lambda freezes it there."""
    del output
