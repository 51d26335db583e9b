"""The prediction log: one JSON line a request row, which `collect_predictions` takes to the lake."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from serin.domain.charter import Scalar, Score
from serin.domain.features import Value
from serin.domain.records import as_record

_AS_THEY_ARE = (str, int, bool, type(None))
_ENCODED = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Call:
    """What all rows of a request share.

    `ms` and `cpu_ms` are of the whole request, `cold` says it was its process's first. `invocation` is Lambda's id of
    the call. `key` is the digest of the client's `Idempotency-Key`, None without one; `attempt` counts the requests
    with this key that the process has answered, so a repeat that another process answers counts from 1 again: lines
    of one key together say how often it was sent. `shadow` is the release that asked, None of a caller's request.
    `runtime` is by what the rows were scored, and `instead` why by scikit-learn, where the version has a compiled model
    that was proven.
    """

    request_id: str
    at: datetime
    model: str
    version: int
    function_version: str
    runtime: str
    cold: bool
    ms: float
    cpu_ms: float
    invocation: str = ""
    key: str | None = None
    attempt: int = 1
    shadow: str | None = None
    instead: str | None = None


@dataclass(frozen=True)
class LoggedRow:
    """One row as it was asked and answered. `inputs` and `features` hold charter columns only.

    `of` is the prediction that a shadow's row was logged with. `error` says by what a failed row failed: the kind of
    error and its place, never its message, which may repeat a personal value.
    """

    prediction_id: str
    inputs: Mapping[str, Value]
    features: Mapping[str, Value]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    score: Score | None
    label: Scalar | None
    status: Literal["ok", "failed"] = "ok"
    of: str | None = None
    error: str | None = None


def log_line(call: Call, row: LoggedRow) -> str:
    """The row's line, without its end: ASCII JSON, so no value can begin another line; NaN is null."""
    record = {
        "request_id": call.request_id,
        "invocation": call.invocation,
        **({} if call.key is None else {"key": call.key}),
        "prediction_id": row.prediction_id,
        "attempt": call.attempt,
        "at": as_record(call.at),
        "model": call.model,
        "version": call.version,
        "function_version": call.function_version,
        "runtime": call.runtime,
        "cold": call.cold,
        "ms": round(call.ms, 3),
        "cpu_ms": round(call.cpu_ms, 3),
        "inputs": {name: _plain(value) for name, value in row.inputs.items()},
        "features": {name: _plain(value) for name, value in row.features.items()},
        "missing": row.missing,
        "stale": row.stale,
        "score": _plain(row.score),
        "label": _plain(row.label),
        "status": row.status,
        **{name: known for name, known in _besides(call, row) if known is not None},
    }
    return _ENCODED(record)


def _besides(call: Call, row: LoggedRow) -> tuple[tuple[str, str | None], ...]:
    return ("instead", call.instead), ("shadow", call.shadow), ("of", row.of), ("error", row.error)


def _plain(value: Any) -> Any:
    """A value as JSON has it. Most are what they are, and a request has thousands of them."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return as_record(value)
