"""Lambda's own lines of a function that logs in JSON: the platform events its system log level lets through.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from infra.local.services.awslambda.functions.platform_report import Report, runtime_version
from infra.local.services.awslambda.functions.watch import Ending
from infra.local.services.awslambda.model import FunctionVersion, SystemLogLevel

_DETAIL: Mapping[SystemLogLevel, int] = {"DEBUG": 0, "INFO": 1, "WARN": 2}


class JsonLines:
    """The lines of one process; `start` is its initialization type."""

    def __init__(self, version: FunctionVersion, start: str, now_ms: Callable[[], int]) -> None:
        self._version = version
        self._start = start
        self._now_ms = now_ms

    def init_start(self) -> list[str]:
        """The first line of a new process."""
        runtime, arn = runtime_version(self._version)
        names = {"functionName": self._version.name, "functionVersion": self._version.version}
        record = {"initializationType": self._start, "phase": "init", "runtimeVersion": runtime}
        return self._event("initStart", "INFO", {**record, "runtimeVersionArn": arn, **names})

    def init_report(self, init_ms: float, phase: str, status: str | None, error_type: str | None) -> list[str]:
        """Of every start, at a level that depends on how it went."""
        level: SystemLogLevel = "WARN" if status else "DEBUG" if self._start == "on-demand" else "INFO"
        record = {"initializationType": self._start, "phase": phase, **_status(status, error_type)}
        return self._event("initReport", level, {**record, "metrics": {"durationMs": round(init_ms, 3)}})

    def start(self, request_id: str) -> list[str]:
        """Before the handler is called."""
        return self._event("start", "INFO", {"requestId": request_id, "version": self._version.version})

    def end(self, ending: Ending, report: Report) -> list[str]:
        """After it; what went wrong is said in the events, in no line of its own."""
        del ending
        failed = report.status is not None
        status = _status(report.status, report.error_type)
        done = {"requestId": report.request_id, **status, "metrics": {"durationMs": round(report.duration_ms, 3)}}
        whole = {"requestId": report.request_id, "metrics": _metrics(report), **status}
        return [
            *self._event("runtimeDone", "WARN" if failed else "DEBUG", done),
            *self._event("report", "WARN" if failed else "INFO", whole),
        ]

    def _event(self, name: str, level: SystemLogLevel, record: Mapping[str, Any]) -> list[str]:
        if _DETAIL[level] < _DETAIL[self._version.logging.system_level or "INFO"]:
            return []
        moment = datetime.fromtimestamp(self._now_ms() / 1000, UTC).isoformat(timespec="milliseconds")
        event = {"time": moment.replace("+00:00", "Z"), "type": f"platform.{name}", "record": record}
        return [json.dumps(event, separators=(",", ":"))]


def _status(status: str | None, error_type: str | None) -> dict[str, str]:
    failure = {} if error_type is None else {"errorType": error_type}
    return {"status": status or "success", **failure}


def _metrics(report: Report) -> dict[str, float]:
    metrics = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": report.memory_mb,
        "maxMemoryUsedMB": report.memory_used_mb,
    }
    return metrics if report.init_ms is None else {**metrics, "initDurationMs": round(report.init_ms, 3)}
