"""Lines of a predict function's log, read as what they tell of an invocation.

Each reader raises ValueError, KeyError or TypeError for a line that is not of its kind: the function's own code prints
to the same log.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from serin.domain.invocations import Answer, Invocation, Purpose, Status, function_version_of

Line = Mapping[str, Any]
_STATUS: Mapping[str, Status] = {name: name for name in ("success", "failure", "error", "timeout")}
_STEPS: Mapping[str, Purpose] = {"golden": "golden", "replay": "replay", "shadow": "shadow"}
_SUM_OF_PROBABILITIES = 1e-6


def is_counted(line: Line) -> bool:
    """Whether the line is of one of the kinds that tell of an invocation."""
    return any(is_kind(line) for is_kind, _ in _READERS)


def invocation_in(line: Line, sandbox: str) -> Invocation | None:
    """What a counted line of the log stream `sandbox` tells of an invocation; None where that is nothing new."""
    return next(read(line, sandbox) for is_kind, read in _READERS if is_kind(line))


def moment_in(text: str) -> datetime:
    """A moment as lines hold it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def believable(score: Any, label: Any) -> bool:
    """Whether a score can be true: of classes a probability, or one a class that sum to 1; else a finite number."""
    if isinstance(score, list):
        return all(map(_is_probability, score)) and abs(math.fsum(score) - 1) <= _SUM_OF_PROBABILITIES
    return _is_number(score) if label is None else _is_probability(score)


def _prediction(line: Line, sandbox: str) -> Invocation:
    answer: Answer = "valid" if believable(line.get("score"), line.get("label")) else "invalid"
    if line.get("status") == "failed":
        answer = "failed"
    return Invocation(
        str(line.get("invocation") or line["request_id"]),
        moment_in(line["at"]),
        function_version_of(sandbox),
        sandbox,
        "shadow" if "shadow" in line else "traffic",
        answer=answer,
        key=_text(line.get("key")),
        cpu_ms=_number(line.get("cpu_ms")),
    )


def _report(line: Line, sandbox: str) -> Invocation:
    """The moment of a report is that of the end; a process that starts for a call does so within it."""
    record, end = line["record"], moment_in(line["time"])
    metrics = record["metrics"]
    ms, start_ms = float(metrics["durationMs"]), float(metrics.get("initDurationMs", 0.0))
    return Invocation(
        str(record["requestId"]),
        end - timedelta(milliseconds=ms + start_ms),
        function_version_of(sandbox),
        sandbox,
        status=_STATUS[record["status"]],
        ms=ms,
        cold="initDurationMs" in metrics,
        error=_text(record.get("errorType")),
        start_ms=_number(metrics.get("initDurationMs")),
        billed_ms=_number(metrics.get("billedDurationMs")),
        used_mb=_whole(metrics.get("maxMemoryUsedMB")),
        memory_mb=_whole(metrics.get("memorySizeMB")),
    )


def _failed_start(line: Line, sandbox: str) -> Invocation | None:
    """Lambda starts a process again, within the call, when its first start failed: only the second one is final."""
    record = line["record"]
    again = record["initializationType"] == "on-demand" and record["phase"] == "init"
    if record["status"] == "success" or again:
        return None
    at = moment_in(line["time"])
    return Invocation(
        f"{sandbox}/{at.isoformat()}",
        at,
        function_version_of(sandbox),
        sandbox,
        "start",
        _STATUS[record["status"]],
        error=_text(record.get("errorType")) or str(record["status"]),
    )


def _own(line: Line, sandbox: str) -> Invocation:
    """A line of `serin.logs`: where a call failed without an answer there is no HTTP status in it."""
    status, failed = line.get("status"), line["outcome"] == "failed"
    spent = timedelta(milliseconds=float(line.get("ms") or 0.0))
    return Invocation(
        str(line["request_id"]),
        moment_in(line["at"]) - spent,
        function_version_of(sandbox),
        sandbox,
        _STEPS.get(line.get("step", "")),
        status="error" if failed and status is None else None,
        error=_text(line.get("kind")),
        http_status=None if status is None else int(status),
        key=_text(line.get("key")),
    )


def _is_number(value: Any) -> bool:
    # An integer may be larger than any float, and no comparison of it fails.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _number(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _whole(value: Any) -> int | None:
    return round(value) if _is_number(value) else None


def _is_probability(value: Any) -> bool:
    return _is_number(value) and 0.0 <= value <= 1.0


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


_READERS: tuple[tuple[Callable[[Line], bool], Callable[[Line, str], Invocation | None]], ...] = (
    (lambda line: "prediction_id" in line, _prediction),
    (lambda line: line.get("type") == "platform.report", _report),
    (lambda line: line.get("type") == "platform.initReport", _failed_start),
    (lambda line: line.get("function") == "predict", _own),
)
