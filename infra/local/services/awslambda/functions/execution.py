"""One invocation on one worker: start its process where needed, hand over the event, report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.clock import machine
from infra.local.delivery.outcome import Outcome
from infra.local.services.awslambda.functions.execution_log import ExecutionLog
from infra.local.services.awslambda.functions.platform_lines import lines_of
from infra.local.services.awslambda.functions.platform_report import Report
from infra.local.services.awslambda.functions.runtime_api import Invocation, NextAsked
from infra.local.services.awslambda.functions.watch import Ended, Ending, Final, ending_of, wait_for
from infra.local.services.awslambda.functions.worker import Worker

INIT_LIMIT_S = 10.0
"""What Lambda gives a process to start, before it starts it again within the function's own timeout."""


@dataclass(frozen=True)
class Call:
    """What was asked for."""

    request_id: str
    invoked_arn: str
    trace_id: str
    payload: bytes
    client_context: str | None = None


class Execution:
    """One invocation; `run` once."""

    def __init__(self, worker: Worker, call: Call, log: ExecutionLog, now_ms: Callable[[], int]) -> None:
        self._worker = worker
        self._version = worker.version
        self._call = call
        self._log = log
        self._now_ms = now_ms
        self._lines = lines_of(worker, now_ms)
        self._init_ms: float | None = None
        self._began = 0.0
        self._used_mb = 0
        self.cpu_s = 0.0
        """Seconds of processor time its process has taken for it, with its start where it was cold."""

    def run(self) -> Outcome:
        """The outcome; the worker is warm afterwards where its process can take another invocation."""
        failure = self._become_ready()
        self._log.lines(self._lines.start(self._call.request_id))
        ending = failure or self._hand_over()
        self.cpu_s = self._worker.take_cpu_s()
        return self._report(ending)

    def _become_ready(self) -> Ending | None:
        """None when the process asks for work; else how its start failed, twice."""
        if self._worker.warm and (self._worker.take_asked() or self._await(self._version.timeout_s) is None):
            self._began = time.monotonic()
            return None
        self._worker.close()
        self._log.lines(self._lines.init_start())
        if self._start("init", INIT_LIMIT_S) is None:
            self._init_ms = self._elapsed_ms()
            self._began = time.monotonic()
            return None
        return self._start("invoke", self._version.timeout_s)

    def _start(self, phase: str, limit_s: float) -> Ending | None:
        self._began = time.monotonic()
        self._worker.start()
        ending = self._await(limit_s)
        if ending is not None:
            self._worker.close(self._log.printed)
            self._log.finish_line()
        status, error_type = (None, None) if ending is None else (ending.word or "error", ending.error_type)
        self._log.lines(self._lines.init_report(self._elapsed_ms(), phase, status, error_type))
        return ending

    def _hand_over(self) -> Ending:
        process, call = self._worker.process, self._call
        left_s = self._version.timeout_s - self._elapsed_ms() / 1000
        deadline_ms = int((machine.time_s() + left_s) * 1000)
        taken = process.give(
            Invocation(call.request_id, call.invoked_arn, deadline_ms, call.trace_id, call.payload, call.client_context)
        )
        ending = self._await(left_s) if taken else None
        # Nobody took it, or somebody asked for more before answering: neither leaves anything to wait for.
        return ending or self._ending(Ended(process.exit_reason()))

    def _await(self, limit_s: float) -> Ending | None:
        process = self._worker.process
        event = wait_for(process, limit_s, self._version.memory_mb, self._printed)
        self._used_mb = max(self._used_mb, process.peak_mb)
        return None if isinstance(event, NextAsked) else self._ending(event)

    def _ending(self, event: Final) -> Ending:
        return ending_of(event, self._call.request_id, self._version, self._now_ms())

    def _printed(self, output: bytes) -> None:
        self._log.printed(output)
        self._log.flush()

    def _report(self, ending: Ending) -> Outcome:
        report = Report(
            request_id=self._call.request_id,
            duration_ms=self._elapsed_ms(),
            memory_mb=self._version.memory_mb,
            memory_used_mb=self._memory_used_mb(ending),
            init_ms=self._init_ms,
            # An exception the function told of itself is in its own log line; the report names what the platform saw.
            status=None if ending.reusable else ending.word,
            error_type=None if ending.reusable or ending.status == "timeout" else ending.error_type,
        )
        if not ending.reusable:
            self._worker.close(self._log.printed)
        self._log.finish_line()
        self._log.lines(self._lines.end(ending, report))
        self._log.flush()
        return Outcome(
            status=ending.status,
            payload=ending.payload,
            request_id=report.request_id,
            function_error=None if ending.status == "ok" else "Unhandled",
            log_tail=self._log.tail,
            duration_ms=report.duration_ms,
            billed_ms=report.billed_ms,
            init_ms=self._init_ms,
            memory_used_mb=report.memory_used_mb,
        )

    def _memory_used_mb(self, ending: Ending) -> int:
        # The peak counts shared files too, the limit does not; Lambda never reports more than the function may hold.
        limit = self._version.memory_mb
        return limit if ending.status == "out_of_memory" else min(limit, self._used_mb)

    def _elapsed_ms(self) -> float:
        return (time.monotonic() - self._began) * 1000
