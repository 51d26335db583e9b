"""`{endpoint}/_serin/clock` on the AWS endpoint's port: other programs read the clock there and advance it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from infra.local.clock.virtual import Progress, VirtualClock
from serin.domain.errors import Denied, Invalid, SerinError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/_serin/clock"
Advance = Callable[[datetime, Progress], None]
Allows = Callable[["WSGIEnvironment"], bool]
"""Whether a request is the administrator's."""

_DENIED = Denied(
    "The clock is the administrator's, and this request is not signed with that key.",
    "Use ./scripts/serin clock in the folder where serin up runs.",
)
_LINES = [("Content-Type", "application/x-ndjson")]


class ClockRoute:
    """A WSGI application around another one.

    GET answers `{"now": …}`. POST takes `{"to": moment}` or `{"advance_s": seconds}` and answers a line of JSON
    a step, `{"now", "why"}`; the last is `{"now", "done": true}` or `{"error": …}`. Both are signed for the
    service `serin` with the administrator's key.
    """

    def __init__(self, app: WSGIApplication, clock: VirtualClock, advance: Advance, allows: Allows) -> None:
        self._app = app
        self._allows = allows
        self._clock = clock
        self._advance = advance

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != PATH:
            return self._app(environ, start_response)
        if not self._allows(environ):
            start_response("403 Forbidden", _LINES)
            return [_json({"error": _DENIED.as_record()})]
        if environ["REQUEST_METHOD"] == "GET":
            start_response("200 OK", _LINES)
            return [self._line()]
        try:
            to = self._target(environ)
        except Invalid as error:
            start_response("400 Bad Request", _LINES)
            return [_json({"error": error.as_record()})]
        start_response("200 OK", _LINES)
        return self._walk(to)

    def _target(self, environ: WSGIEnvironment) -> datetime:
        try:
            wanted = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            if "to" not in wanted:
                return self._clock.now() + timedelta(seconds=float(wanted["advance_s"]))
            to = datetime.fromisoformat(wanted["to"])
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise Invalid("This is neither a moment nor a span.", 'Send {"to": "2013-05-01T00:00Z"}.') from error
        if to.tzinfo is None:
            raise Invalid(f"{wanted['to']} has no offset.", 'Send {"to": "2013-05-01T00:00Z"}.')
        return to.astimezone(UTC)

    def _walk(self, to: datetime) -> Iterator[bytes]:
        """The walk goes on in a thread of its own: whoever asked may leave."""
        lines: queue.Queue[Mapping[str, Any] | None] = queue.Queue()

        def advance() -> None:
            try:
                self._advance(to, lambda moment, why: lines.put({"now": moment.isoformat(), "why": why}))
                lines.put({"now": self._clock.now().isoformat(), "done": True})
            except SerinError as error:
                lines.put({"error": error.as_record()})
            finally:
                lines.put(None)

        threading.Thread(target=advance, name="advance", daemon=True).start()
        while (line := lines.get()) is not None:
            yield _json(line)

    def _line(self) -> bytes:
        return _json({"now": self._clock.now().isoformat()})


def _json(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record).encode() + b"\n"
