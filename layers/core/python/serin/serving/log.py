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
        known = "" if key is None else f',"key":{_text(key)}'
        self._head = f'{{"request_id":{_text(request_id)},"invocation":{_text(invocation)}{known},"prediction_id":'
        # Numbers as JSON has them: whole ones and finite floats are written by Python as they are by json.
        self._about = (
            f',"attempt":{attempt},"at":"{moment_text(at)}","model":{_text(model)},"version":{version},'
            f'"function_version":{_text(function_version)},"runtime":{_text(runtime)},"cold":{_LITERAL[cold]},'
            f'"ms":{round(ms, 3)},"cpu_ms":{round(cpu_ms, 3)},"inputs":'
        )
        self._last = _marks(("instead", instead), ("shadow", shadow))

    def lines(self, rows: Sequence[LoggedRow]) -> list[str]:
        """A line for each row, without its end: ASCII JSON, so no value can begin another line; NaN is null."""
        head, about, last = self._head, self._about, self._last
        return [f"{head}{_text(row.prediction_id)}{about}{row.as_text(last)}" for row in rows]


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
        self.prediction_id, self.inputs, self.features = prediction_id, inputs, features
        self.missing, self.stale, self.score, self.label, self.status = missing, stale, score, label, status
        self._last = _marks(("of", of), ("error", error)) if of or error else ""

    def as_text(self, of_call: str) -> str:
        """Its fields as they end the line, from the inputs on; `of_call` is what the call adds."""
        inputs = _json(self.inputs)
        features = inputs if self.features is self.inputs else _json(self.features)
        return (
            f'{inputs},"features":{features},"missing":{_json(self.missing) if self.missing else "[]"},'
            f'"stale":{_json(self.stale) if self.stale else "[]"},"score":{_json(self.score)},'
            f'"label":{_json(self.label)},"status":"{self.status}"{of_call}{self._last}}}'
        )


def log_line(call: Call, row: LoggedRow) -> str:
    """The line of one row."""
    return call.lines([row])[0]


def _marks(*pairs: tuple[str, str | None]) -> str:
    return "".join(f',"{name}":{_text(value)}' for name, value in pairs if value is not None)


def _json(value: Any) -> str:
    if value is True or value is False or value is None:
        return _LITERAL[value]
    if type(value) is float and math.isfinite(value):
        return repr(value)
    try:
        return _ENCODED(value)
    except ValueError:
        # A number that is none; hardly a row has one.
        return _ENCODED(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value


_LITERAL: Mapping[bool | None, str] = {True: "true", False: "false", None: "null"}
_text = json.encoder.encode_basestring_ascii
_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"), default=moment_text).encode
