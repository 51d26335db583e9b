"""Lambda's own lines around those of a function, in the format its version asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from infra.local.services.awslambda.functions import platform_report as text
from infra.local.services.awslambda.functions.platform_events import JsonLines
from infra.local.services.awslambda.functions.platform_report import Report
from infra.local.services.awslambda.functions.watch import Ending
from infra.local.services.awslambda.functions.worker import Worker
from infra.local.services.awslambda.model import FunctionVersion


class PlatformLines(Protocol):
    """What the platform says at each turn, in no line, one or more."""

    def init_start(self) -> list[str]:
        """The first line of a new process."""

    def init_report(self, init_ms: float, phase: str, status: str | None, error_type: str | None) -> list[str]:
        """The process has started, or not where there is a status."""

    def start(self, request_id: str) -> list[str]:
        """Before the handler is called."""

    def end(self, ending: Ending, report: Report) -> list[str]:
        """After it."""


class TextLines:
    """The lines of a version that logs in plain text."""

    def __init__(self, version: FunctionVersion) -> None:
        self._version = version

    def init_start(self) -> list[str]:
        """With the runtime's version."""
        return [text.init_start_line(self._version)]

    def init_report(self, init_ms: float, phase: str, status: str | None, error_type: str | None) -> list[str]:
        """Printed only when a start failed."""
        return [] if status is None else [text.init_report_line(init_ms, phase, status, error_type)]

    def start(self, request_id: str) -> list[str]:
        """With the version that runs."""
        return [text.start_line(request_id, self._version.version)]

    def end(self, ending: Ending, report: Report) -> list[str]:
        """What the platform saw go wrong has a line before them."""
        said = [] if ending.line is None else [ending.line]
        return [*said, text.end_line(report.request_id), report.line()]


def lines_of(worker: Worker, now_ms: Callable[[], int]) -> PlatformLines:
    """The lines in the format of the worker's version."""
    version = worker.version
    return JsonLines(version, worker.start_type, now_ms) if version.logging.format == "JSON" else TextLines(version)
