"""The prediction log: one JSON line a request row, which `collect_predictions` takes to the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serin.domain.moments import moment_text
from serin.serving.texts import LITERAL, text, value_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal, TypeAlias

    from serin.domain.charter import Scalar, Score
    from serin.domain.features import Value

    Status: TypeAlias = Literal["ok", "failed"]

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
        known = "" if key is None else f',"key":{text(key)}'
        self._head = f'{{"request_id":{text(request_id)},"invocation":{text(invocation)}{known},"prediction_id":'
        # Numbers as JSON has them: whole ones and finite floats are written by Python as they are by json.
        self._about = (
            f',"attempt":{attempt},"at":"{moment_text(at)}","model":{text(model)},"version":{version},'
            f'"function_version":{text(function_version)},"runtime":{text(runtime)},"cold":{LITERAL[cold]},'
            f'"ms":{round(ms, 3)},"cpu_ms":{round(cpu_ms, 3)},"inputs":'
        )
        self._last = _marks(("instead", instead), ("shadow", shadow))

    def lines(self, rows: LoggedRows) -> list[str]:
        """A line for each row, without its end: ASCII JSON, so no value can begin another line; NaN is null."""
        head, about, last = self._head, self._about, self._last
        of_rows = zip(map(text, rows.names), rows.inputs, rows.features, rows.outcomes, strict=True)
        if not rows.last:
            return [
                f'{head}{name}{about}{inputs},"features":{features}{outcome}{last}}}'
                for name, inputs, features, outcome in of_rows
            ]
        return [
            f'{head}{name}{about}{inputs},"features":{features}{outcome}{last}{more}}}'
            for (name, inputs, features, outcome), more in zip(of_rows, rows.last, strict=True)
        ]


class LoggedRows:
    """Rows as they were asked and answered, as JSON: inputs and features are objects, and hold charter columns only.

    `outcomes` are `outcome`'s, and `last`, where any row has them, `last_marks`'.
    """

    def __init__(
        self,
        names: Sequence[str],
        inputs: Sequence[str],
        features: Sequence[str],
        outcomes: Sequence[str],
        last: Sequence[str] = (),
    ) -> None:
        self.names, self.inputs, self.features, self.outcomes, self.last = names, inputs, features, outcomes, last


NO_VIEWS = ',"missing":[],"stale":[]'


def outcome(score: str, label: str, status: Status = "ok", views: str = NO_VIEWS) -> str:
    """What became of a row, as the fields of a line; score and label are JSON, `views` of `views_text`."""
    return f'{views},"score":{score},"label":{label},"status":"{status}"'


def views_text(missing: Sequence[str], stale: Sequence[str]) -> str:
    """The views without a fresh value, as the fields of a line."""
    return f',"missing":{value_text(missing)},"stale":{value_text(stale)}' if missing or stale else NO_VIEWS


def last_marks(of: str | None = None, error: str | None = None) -> str:
    """What few lines have: the prediction that a shadow's row was logged with, and by what a failed row failed.

    That is the kind of error and its place, never its message, which may repeat a personal value.
    """
    return _marks(("of", of), ("error", error)) if of or error else ""


class LoggedRow:
    """One row by itself."""

    def __init__(
        self,
        prediction_id: str,
        inputs: Mapping[str, Value],
        features: Mapping[str, Value],
        missing: Sequence[str],
        stale: Sequence[str],
        score: Score | None,
        label: Scalar | None,
        status: Status = "ok",
        of: str | None = None,
        error: str | None = None,
    ) -> None:
        self.name, self.inputs, self.features = prediction_id, value_text(inputs), value_text(features)
        self.outcome = outcome(value_text(score), value_text(label), status, views_text(missing, stale))
        self.last = last_marks(of, error)


def logged_rows(rows: Sequence[LoggedRow]) -> LoggedRows:
    """Rows that come one by one."""
    return LoggedRows(
        [row.name for row in rows],
        [row.inputs for row in rows],
        [row.features for row in rows],
        [row.outcome for row in rows],
        [row.last for row in rows],
    )


def log_line(call: Call, row: LoggedRow) -> str:
    """The line of one row."""
    return call.lines(logged_rows([row]))[0]


def _marks(*pairs: tuple[str, str | None]) -> str:
    return "".join(f',"{name}":{text(value)}' for name, value in pairs if value is not None)
