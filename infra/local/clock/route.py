"""`{endpoint}/_serin/clock` on the AWS endpoint's port: other programs read the clock there and advance it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from infra.local.clock.virtual import Progress, VirtualClock
from infra.local.clock.way import Way
from serin.domain.errors import Conflict, Denied, Invalid, SerinError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/_serin/clock"
Advance = Callable[[datetime, Progress], None]
Allows = Callable[["WSGIEnvironment"], bool]
"""Whether a request is the administrator's."""

_PULSE_S = 1.0
"""How long a step may go on before it is said what it waits for."""


@dataclass(frozen=True)
class Walker:
    """Who walks the clock, and what that takes.

    `busy` names what runs now; `spent` says for how many seconds each function has run since the cloud began.
    """

    advance: Advance
    busy: Callable[[], Sequence[str]]
    spent: Callable[[], Mapping[str, float]]


_DENIED = Denied(
    "The clock is the administrator's, and this request is not signed with that key.",
    "Use ./scripts/serin clock in the folder where serin up runs.",
)
_LINES = [("Content-Type", "application/x-ndjson")]


class ClockRoute:
    """A WSGI application around another one.

    GET answers `{"now": …}`. POST takes `{"to": moment}` or `{"advance_s": seconds}` and answers a line of JSON
    a step, `{"now", "percent", "why"}`, and each second that a step goes on one with `"busy": [names]` instead of
    `why`; the last has `"done": true, "took": {function: seconds}`, or is `{"error": …}`. A walk ends after its present
    step when whoever began it hangs up, or at DELETE, which answers `{"now", "to"}` of it at once. All are signed for
    the service `serin` with the administrator's key.
    """

    def __init__(self, app: WSGIApplication, clock: VirtualClock, walker: Walker, allows: Allows) -> None:
        self._app = app
        self._allows = allows
        self._clock = clock
        self._walker = walker

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
        if environ["REQUEST_METHOD"] == "DELETE":
            return self._stop(start_response)
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

    def _stop(self, start_response: StartResponse) -> Iterable[bytes]:
        try:
            way = self._clock.stop_walk()
        except Conflict as error:
            start_response("409 Conflict", _LINES)
            return [_json({"error": error.as_record()})]
        start_response("200 OK", _LINES)
        return [_json({"now": self._clock.now().isoformat(), "to": way.to.isoformat()})]

    def _walk(self, to: datetime) -> Iterator[bytes]:
        """A line a step; when nobody reads them any more, as after Ctrl-C, the walk ends too."""
        lines: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
        way, over = Way(self._clock.now(), to), threading.Event()
        threading.Thread(target=self._advance, args=(way, lines.put, over), name="advance", daemon=True).start()
        try:
            while True:
                try:
                    line = lines.get(timeout=_PULSE_S)
                except queue.Empty:
                    line = _at(way, self._clock.now(), busy=list(self._walker.busy()))
                if line is None:
                    return
                yield _json(line)
        finally:
            # A walk that was refused must not end the one it was refused for.
            if not over.is_set():
                with suppress(Conflict):
                    self._clock.stop_walk()

    def _advance(self, way: Way, say: Callable[[Mapping[str, Any] | None], None], over: threading.Event) -> None:
        before = self._walker.spent()
        try:
            self._walker.advance(way.to, lambda moment, why: say(_at(way, moment, why=why)))
            took = _more(self._walker.spent(), before)
            over.set()
            say(_at(way, self._clock.now(), done=True, took=took))
        except SerinError as error:
            over.set()
            say({"error": error.as_record()})
        finally:
            over.set()
            say(None)

    def _line(self) -> bytes:
        return _json({"now": self._clock.now().isoformat()})


def _at(way: Way, moment: datetime, **more: object) -> dict[str, Any]:
    return {"now": moment.isoformat(), "percent": way.percent(moment), **more}


def _more(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """What has been added since, the most first."""
    added = {name: round(seconds - before.get(name, 0.0), 3) for name, seconds in after.items()}
    return {name: added[name] for name in sorted(added, key=lambda name: (-added[name], name)) if added[name] > 0}


def _json(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record).encode() + b"\n"
