"""The prediction log: one JSON line a request row, which `collect_predictions` takes to the lake."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from serin.domain.moments import moment_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Literal

    from serin.domain.charter import Scalar, Score
    from serin.domain.features import Value

# No class here is a dataclass: what makes these costs a process of `predict` more than its first answer.


class Call:
    """What all rows of a request share.

    `ms` and `cpu_ms` are of the whole request, `cold` says it was its process's first. `invocation` is Lambda's id of
    the call. `key` is the digest of the client's `Idempotency-Key`, None without one; `attempt` counts the requests
    with this key that the process has answered, so a repeat that another process answers counts from 1 again: lines
    of one key together say how often it was sent. `shadow` is the release that asked, None of a caller's request.
    `runtime` is by what the rows were scored, and `instead` why by scikit-learn, where the version has a compiled model
    that was proven.
    """

    def __init__(
        self,
        request_id: str,
        at: datetime,
        model: str,
        version: int,
        function_version: str,
        runtime: str,
        cold: bool,
        ms: float,
        cpu_ms: float,
        invocation: str = "",
        key: str | None = None,
        attempt: int = 1,
        shadow: str | None = None,
        instead: str | None = None,
    ) -> None:
        self.at, self.model = at, model
        self._first: dict[str, Any] = {"request_id": request_id, "invocation": invocation}
        if key is not None:
            self._first["key"] = key
        self._then: dict[str, Any] = {
            "attempt": attempt,
            "at": moment_text(at),
            "model": model,
            "version": version,
            "function_version": function_version,
            "runtime": runtime,
            "cold": cold,
            "ms": round(ms, 3),
            "cpu_ms": round(cpu_ms, 3),
        }
        self._last: dict[str, Any] = {
            name: known for name, known in (("instead", instead), ("shadow", shadow)) if known is not None
        }

    def lines(self, rows: Sequence[LoggedRow]) -> list[str]:
        """A line for each row, without its end: ASCII JSON, so no value can begin another line; NaN is null."""
        first, then = _ENCODED(self._first)[:-1], _ENCODED(self._then)[1:-1]
        return [
            f'{first},"prediction_id":{_ENCODED(row.prediction_id)},{then},{row.as_text(self._last)}' for row in rows
        ]


class LoggedRow:
    """One row as it was asked and answered. `inputs` and `features` hold charter columns only.

    `of` is the prediction that a shadow's row was logged with. `error` says by what a failed row failed: the kind of
    error and its place, never its message, which may repeat a personal value.
    """

    def __init__(
        self,
        prediction_id: str,
        inputs: Mapping[str, Value],
        features: Mapping[str, Value],
        missing: Sequence[str],
        stale: Sequence[str],
        score: Score | None,
        label: Scalar | None,
        status: Literal["ok", "failed"] = "ok",
        of: str | None = None,
        error: str | None = None,
    ) -> None:
        self.prediction_id = prediction_id
        self._parts: dict[str, Any] = {
            "inputs": inputs,
            "features": features,
            "missing": missing,
            "stale": stale,
            "score": score,
            "label": label,
            "status": status,
        }
        self._last: dict[str, Any] = {
            name: known for name, known in (("of", of), ("error", error)) if known is not None
        }

    def as_text(self, of_call: Mapping[str, Any]) -> str:
        """Its fields as they end the line, behind those of the call."""
        parts = {**self._parts, **of_call, **self._last}
        try:
            return _ENCODED(parts)[1:]
        except ValueError:
            # A number that is none; a row of a thousand has one.
            return _ENCODED(_finite(parts))[1:]


def log_line(call: Call, row: LoggedRow) -> str:
    """The line of one row."""
    return call.lines([row])[0]


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value


_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"), default=moment_text).encode
