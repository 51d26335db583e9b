"""Starting a process before anybody calls, for provisioned concurrency."""

from __future__ import annotations

import time
from collections.abc import Callable

from infra.local.services.awslambda.functions.execution_log import ExecutionLog
from infra.local.services.awslambda.functions.platform_lines import lines_of
from infra.local.services.awslambda.functions.runtime_api import NextAsked
from infra.local.services.awslambda.functions.watch import ending_of, wait_for
from infra.local.services.awslambda.functions.worker import Worker

_LIMIT_S = 900.0
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib"""


def prepare(worker: Worker, log: ExecutionLog, now_ms: Callable[[], int]) -> bool:
    """Start the worker's process and wait until it asks for work; False when it did not come so far."""
    version, began, lines = worker.version, time.monotonic(), lines_of(worker, now_ms)
    log.lines(lines.init_start())
    process = worker.start()
    event = wait_for(process, _LIMIT_S, version.memory_mb, log.printed)
    if isinstance(event, NextAsked):
        worker.has_asked()
        log.lines(lines.init_report((time.monotonic() - began) * 1000, "init", None, None))
        log.flush()
        return True
    ending = ending_of(event, "", version, 0)
    worker.close(log.printed)
    log.finish_line()
    took_ms = (time.monotonic() - began) * 1000
    log.lines(lines.init_report(took_ms, "init", ending.word or "error", ending.error_type))
    log.flush()
    return False
