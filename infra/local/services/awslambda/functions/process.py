"""One subprocess that runs a function version, from its start to its end."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from infra.local.memory import anonymous_mb, peak_mb
from infra.local.processor import cpu_s
from infra.local.services.awslambda.functions.environment import environment_of
from infra.local.services.awslambda.functions.runtime_api import Invocation, RuntimeApi, Sign
from infra.local.services.awslambda.functions.runtime_folder import SANDBOX
from infra.local.services.awslambda.model import FunctionVersion
from infra.local.session import Session, base_interpreter

_READ = 1 << 16


class RuntimeProcess:
    """A process of its own process group, with AWS's runtime client as its program, in a file system like Lambda's."""

    def __init__(
        self,
        version: FunctionVersion,
        stream: str,
        start: str,
        *,
        session: Session,
        runtime: Path,
        extra: Mapping[str, str],
        scratch: Path,
    ) -> None:
        self._session = session
        self._selector = selectors.DefaultSelector()
        self._api = RuntimeApi(self._selector)
        self._printing = True
        self._output, output = os.pipe()
        os.set_blocking(self._output, False)
        self._selector.register(self._output, selectors.EVENT_READ)
        environment = environment_of(version, runtime=runtime, scratch=scratch, stream=stream, extra=extra, start=start)
        # No site-packages: neither those of a virtual environment nor those of the interpreter under it.
        self._process = subprocess.Popen(
            [base_interpreter(), "-S", "-s", "-m", SANDBOX.stem, str(scratch), version.handler],
            cwd=version.code,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        os.close(output)
        self._api.expect(self._process.pid)
        session.adopt(self._process.pid)

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    @property
    def memory_mb(self) -> int:
        """What counts against the function's memory now."""
        return anonymous_mb(self._process.pid)

    @property
    def peak_mb(self) -> int:
        """The most memory it has held so far."""
        return peak_mb(self._process.pid)

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time it has taken so far."""
        return cpu_s(self._process.pid)

    def give(self, invocation: Invocation) -> bool:
        """Hand over an invocation once it has asked for one; False when it has gone."""
        return self._api.give(invocation)

    def wait(self, timeout_s: float, on_output: Callable[[bytes], None]) -> Sign | None:
        """Its next sign, or None after `timeout_s`; what it printed before the sign is passed on before it returns."""
        sign: Sign | None = None
        for key, _ in self._selector.select(max(0.0, timeout_s)):
            if key.fileobj == self._output:
                self._drain(on_output)
            else:
                sign = self._api.on_ready(key.fileobj) or sign
        if sign is not None:
            self._drain(on_output)
        return sign

    def exit_reason(self) -> str:
        """How it ended, in the words of Lambda; only after it hung up or ended."""
        try:
            code = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "exit status 1"
        if code < 0:
            return f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
        return f"exit status {code}"

    def kill(self) -> None:
        """End the process and all it started; from any thread, more than once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self, on_output: Callable[[bytes], None]) -> None:
        """Kill it, pass on what it printed last, and free its port and pipe."""
        self.kill()
        self._session.release(self._process.pid)
        self._drain(on_output)
        self._api.close()
        self._selector.close()
        os.close(self._output)

    def _drain(self, on_output: Callable[[bytes], None]) -> None:
        while self._printing:
            try:
                printed = os.read(self._output, _READ)
            except BlockingIOError:
                return
            if printed:
                on_output(printed)
            else:
                self._selector.unregister(self._output)
                self._printing = False
