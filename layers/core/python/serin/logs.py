"""What a function tells of its work: one JSON line when a piece of it ends, and why, when it failed.

`correlation` is the same in every line that one HTTP call or one upload has caused, in whichever function.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from functools import wraps

from serin.domain.errors import SerinError
from serin.domain.idempotency import key_digest
from serin.domain.printable import printable

# From `typing` itself it would cost a start of `predict` more than the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, Self, TypeVar, Unpack

    from serin.domain.log_fields import Fields
    from serin.ports import Clock

    T = TypeVar("T")
    Handler = Callable[[Mapping[str, Any], Any], T]

LONGEST = {"message": 1000, "traceback": 8000}
LONGEST_OTHER = 200
# Outcomes somebody should look at; every other one is as it should be.
LEVELS = {
    "failed": "ERROR",
    "changed by somebody else": "ERROR",
    "refused": "WARNING",
    "rejected": "WARNING",
    "put back": "WARNING",
}
REFUSED, FAILED = 400, 500


ALLOWED = (
    "correlation",
    "step",
    "route",
    "key",
    "status",
    "model",
    "version",
    "run",
    "release",
    "cause",
    "dataset",
    "upload_id",
    "outcome",
    "kind",
    "message",
    "traceback",
)
"""All a line may say besides when, where and how long, in this order: the names of `serin.domain.log_fields.Fields`."""

_AT_HAND: ContextVar[Work | None] = ContextVar("work", default=None)


class Work:
    """A piece of work whose end is told in one line: `with Work(…) as work: …`. What it raised goes on its way."""

    def __init__(
        self,
        function: str,
        correlation: str | None,
        context: object,
        clock: Callable[[], Clock],
        event: Mapping[str, Any] | None = None,
    ) -> None:
        self._function, self._context, self._clock = function, context, clock
        self._correlation, self._event = correlation, event
        self._fields: dict[str, Any] = {}
        self._error: BaseException | None = None
        self._told = True

    def tells(self, **fields: Unpack[Fields]) -> None:
        """Add to the line; the last word on a field counts."""
        self._fields |= fields

    def failed(self, error: BaseException) -> None:
        """It failed by this error, though it may have answered."""
        self._error = error

    def begins(self, step: str) -> None:
        """Say at once which step this is, in a line of its own: whoever dies in it cannot say so any more."""
        self.tells(step=step)
        self._write("begun", None)

    def keeps_silent(self) -> None:
        """Write no line, for another one tells of this work already."""
        self._told = False

    def __enter__(self) -> Self:
        self._before = _AT_HAND.set(self)
        self._began = time.perf_counter()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        ms = round((time.perf_counter() - self._began) * 1000, 3)
        _AT_HAND.reset(self._before)
        failure = error or self._error
        if failure is not None:
            self.tells(**_told_of(failure))
        if failure is not None or self._told:
            self._write(None, ms)

    def _write(self, outcome: str | None, ms: float | None) -> None:
        # Most calls of `predict` leave no line, so nothing of it is worked out before one is written.
        event = self._event or {}
        begun = correlation_of(event, self._context) if self._correlation is None else self._correlation
        fields: dict[str, Any] = {"correlation": begun, "outcome": "ok", **_about(event), **self._fields}
        outcome = fields["outcome"] = outcome or str(fields["outcome"])
        said = {name: _safe(name, fields[name]) for name in ALLOWED if fields.get(name) is not None}
        line = {
            "at": self._clock().now().isoformat().replace("+00:00", "Z"),
            "level": LEVELS.get(outcome, "INFO"),
            "function": self._function,
            "request_id": printable(str(getattr(self._context, "aws_request_id", ""))),
            **said,
            **({} if ms is None else {"ms": ms}),
        }
        # In one write, so that no other thread's line comes between; ASCII, so that no value can begin a line.
        sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")


def logged(
    function: str, clock: Callable[[], Clock], tells: Callable[[Any], Fields | None] | None = None
) -> Callable[[Handler[T]], Handler[T]]:
    """Make a handler tell of each of its calls; `tells` reads more from its answer, None where nothing need be said."""

    def around(handle: Handler[T]) -> Handler[T]:
        @wraps(handle)
        def handle_and_tell(event: Mapping[str, Any], context: Any) -> T:
            with Work(function, None, context, clock, event) as work:
                answer = handle(event, context)
                fields: Fields | None = {} if tells is None else tells(answer)
                if fields is None:
                    work.keeps_silent()
                else:
                    work.tells(**fields)
            return answer

        return handle_and_tell

    return around


def tell_of(error: BaseException, **fields: Unpack[Fields]) -> None:
    """Say in the line of the work at hand that it failed by this error, where it is answered and goes no further."""
    work = _AT_HAND.get()
    if work is not None:
        work.failed(error)
        work.tells(**fields)


def begins(step: str) -> None:
    """Say in a line of its own that the work at hand begins as this step; it is repeated where the work ends."""
    work = _AT_HAND.get()
    if work is not None:
        work.begins(step)


def correlation_of(event: Mapping[str, Any], context: object) -> str:
    """What this call began with: the workflow's or the bus event's own, the gateway's request, else the call itself."""
    correlation = (
        event.get("correlation")
        or _part(event, "detail").get("correlation")
        or _part(event, "requestContext").get("requestId")
        or getattr(context, "aws_request_id", "")
    )
    return str(correlation)


def of_answer(answer: Mapping[str, Any]) -> Fields:
    """What an answer over HTTP came to: of an error its kind, never its message, which may repeat what was sent."""
    status = answer["statusCode"]
    if status < REFUSED:
        return {"status": status}
    return {"status": status, "outcome": "refused" if status < FAILED else "failed", "kind": _kind(answer)}


def _kind(answer: Mapping[str, Any]) -> str:
    try:
        return str(json.loads(answer["body"])["error"]["kind"])
    except (ValueError, KeyError, TypeError):
        return "unknown"


def _about(event: Mapping[str, Any]) -> Fields:
    if call := _part(event, "requestContext"):
        given: Mapping[str, Any] = {"route": call.get("routeKey"), "key": key_digest(_part(event, "headers"))}
    else:
        # What wraps an event of the bus has words of its own, such as `version`.
        given = _part(event, "detail") or event
    fields: Any = {name: given[name] for name in ALLOWED if isinstance(given.get(name), str | int)}
    about: Fields = fields
    return about


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}


def _told_of(error: BaseException) -> Fields:
    from traceback import format_exception

    if isinstance(error, SerinError):
        kind, message = error.kind, error.message
    else:
        kind, message = type(error).__name__, str(error)
    return {"outcome": "failed", "kind": kind, "message": message, "traceback": "".join(format_exception(error))}


def _safe(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    most = LONGEST.get(name, LONGEST_OTHER)
    if name != "traceback":
        return printable(value, most)
    # The end is what tells; each of its lines is made printable, and JSON holds them in one string.
    return "\n".join(printable(line, LONGEST_OTHER) for line in value[-most:].splitlines())
