"""Watching one process: what happens first, and what that means for its invocation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.delivery.outcome import Status
from infra.local.services.awslambda.functions import platform_report as platform
from infra.local.services.awslambda.functions.process import RuntimeProcess
from infra.local.services.awslambda.functions.runtime_api import Answered, Failed, NextAsked
from infra.local.services.awslambda.model import FunctionVersion

_TICK_S = 0.05
_END_TICK_S, _ENDS_S = 0.001, 1.0
"""For so long after a process hung up it is looked at so often."""


@dataclass(frozen=True)
class TimedOut:
    """The time was over."""


@dataclass(frozen=True)
class OutOfMemory:
    """The process held more than the function may."""


@dataclass(frozen=True)
class Ended:
    """The process ended by itself; `reason` in Lambda's words."""

    reason: str


Final = Answered | Failed | TimedOut | OutOfMemory | Ended


@dataclass(frozen=True)
class Ending:
    """How an invocation, or the start of a process, came out; `line` is what Lambda logs about it."""

    status: Status
    payload: bytes
    error_type: str | None = None
    line: str | None = None
    reusable: bool = False
    """Whether the process asks for another invocation."""

    @property
    def word(self) -> str | None:
        """As platform lines have it; None for a success."""
        if self.status == "ok":
            return None
        return "timeout" if self.status == "timeout" else "error"


def wait_for(
    process: RuntimeProcess, limit_s: float, memory_mb: int, on_output: Callable[[bytes], None]
) -> NextAsked | Final:
    """Wait at most `limit_s`; whatever the process printed before the event has been passed on."""
    now = time.monotonic()
    deadline, ends_until = now + limit_s, now
    while True:
        left = deadline - time.monotonic()
        tick = _END_TICK_S if time.monotonic() < ends_until else _TICK_S
        sign = process.wait(min(tick, left), on_output)
        if isinstance(sign, NextAsked | Answered | Failed):
            return sign
        if not process.running:
            return Ended(process.exit_reason())
        if sign is not None:
            # It is ending, or AWS's client takes another connection: after two minutes without a word it does.
            ends_until = time.monotonic() + _ENDS_S
        if left <= 0:
            return TimedOut()
        if process.memory_mb > memory_mb:
            return OutOfMemory()


def ending_of(event: Final, request_id: str, version: FunctionVersion, now_ms: int) -> Ending:
    """What the event means for the invocation."""
    match event:
        case Answered(payload):
            return Ending("ok", payload, reusable=True)
        case Failed(payload, error_type, reusable):
            return Ending("error", payload, error_type, reusable=reusable)
        case TimedOut():
            payload = platform.timeout_payload(request_id, version.timeout_s)
            line = platform.timeout_line(request_id, version.timeout_s, now_ms)
            return Ending("timeout", payload, "Sandbox.Timedout", line)
        case OutOfMemory():
            return _exit("out_of_memory", request_id, "Runtime.OutOfMemory", "signal: killed")
        case Ended(reason):
            return _exit("crashed", request_id, "Runtime.ExitError", reason)


def _exit(status: Status, request_id: str, error_type: str, reason: str) -> Ending:
    payload = platform.exit_payload(request_id, error_type, reason)
    return Ending(status, payload, error_type, platform.exit_line(request_id, error_type, reason))
