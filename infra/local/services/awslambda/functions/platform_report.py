"""The words of Lambda's platform: log lines and error payloads."""

from __future__ import annotations

import json
import math
import platform
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.local.services.awslambda.model import FunctionVersion


@dataclass(frozen=True)
class Report:
    """What the REPORT line tells."""

    request_id: str
    duration_ms: float
    memory_mb: int
    memory_used_mb: int
    init_ms: float | None
    status: str | None
    error_type: str | None

    @property
    def billed_ms(self) -> int:
        """Whole milliseconds, the start of the process included."""
        return math.ceil(self.duration_ms + (self.init_ms or 0.0))

    def line(self) -> str:
        """As Lambda prints it."""
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {self.billed_ms} ms",
            f"Memory Size: {self.memory_mb} MB",
            f"Max Memory Used: {self.memory_used_mb} MB",
        ]
        if self.init_ms is not None:
            parts.append(f"Init Duration: {self.init_ms:.2f} ms")
        return "\t".join(parts + _status_parts(self.status, self.error_type))


def init_start_line(version: FunctionVersion) -> str:
    """The first line of a new process."""
    runtime, arn = runtime_version(version)
    return f"INIT_START Runtime Version: {runtime}\tRuntime Version ARN: {arn}"


def runtime_version(version: FunctionVersion) -> tuple[str, str]:
    """The name and the ARN of what runs the handler."""
    python = ".".join(platform.python_version_tuple()[:2])
    return f"python:{python}.local", f"arn:aws:lambda:{version.region}::runtime:local"


def init_report_line(init_ms: float, phase: str, status: str, error_type: str | None) -> str:
    """Printed only when a start failed."""
    return "\t".join(
        [f"INIT_REPORT Init Duration: {init_ms:.2f} ms", f"Phase: {phase}", *_status_parts(status, error_type)]
    )


def start_line(request_id: str, version: str) -> str:
    """Printed before the handler is called."""
    return f"START RequestId: {request_id} Version: {version}"


def end_line(request_id: str) -> str:
    """Printed after it."""
    return f"END RequestId: {request_id}"


def timeout_line(request_id: str, timeout_s: float, now_ms: int) -> str:
    """Printed when the function was stopped."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{moment} {request_id} Task timed out after {timeout_s:.2f} seconds\n"


def exit_line(request_id: str, error_type: str, reason: str) -> str:
    """Printed when the process ended by itself or was killed."""
    return f"RequestId: {request_id} Error: {_exit(reason)}\n{error_type}"


def timeout_payload(request_id: str, timeout_s: float) -> bytes:
    """What the caller is given."""
    return _payload("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds")


def exit_payload(request_id: str, error_type: str, reason: str) -> bytes:
    """What the caller is given."""
    return _payload(error_type, f"RequestId: {request_id} Error: {_exit(reason)}")


def _exit(reason: str) -> str:
    if reason == "exit status 0":
        return "Runtime exited without providing a reason"
    return f"Runtime exited with error: {reason}"


def _payload(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":")).encode()


def _status_parts(status: str | None, error_type: str | None) -> list[str]:
    parts = [] if status is None else [f"Status: {status}"]
    return parts if error_type is None else [*parts, f"Error Type: {error_type}"]
