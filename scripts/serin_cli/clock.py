"""The local cloud's clock: what it shows, and walking it to a later moment from another terminal."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
from botocore.credentials import Credentials
from cyclopts import Parameter

from serin.adapters.clock import SystemClock
from serin.domain.errors import Invalid, SerinError, Unavailable
from serin.domain.plain_numbers import how_many
from serin.ports import Clock
from serin_cli import story
from serin_cli.command_line.words import Json, option
from serin_cli.connection import Connection, load
from serin_cli.outcome import Outcome
from serin_cli.signing import signed

_PATH, OWN_SERVICE = "/_serin/clock", "serin"
_HERE: dict[str, Any] = {"verify": False}
"""The local cloud speaks plain HTTP: reading the certificates of the whole web costs more than what is asked."""
_ENDS = "The clock stops once the step it is in is over, and runs by itself from there: ./scripts/serin clock"
_SHORT = re.compile(r"(\d{1,6})([smhdw])")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class WalkError(SerinError):
    """What the local cloud answered instead of a walk's end; kind, message and remedy are its own."""

    def __init__(self, record: dict[str, str]) -> None:
        super().__init__(record["message"], record["remedy"], record.get("field"))
        self.kind = record["kind"]


class Signed(httpx.Auth):
    """Signs as the local cloud's administrator, by this machine's time, as for all of its endpoint."""

    requires_request_body = True

    def __init__(self, connection: Connection) -> None:
        self._credentials = Credentials(connection.access_key_id, connection.secret_access_key)
        self._region = connection.region

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Add the signature."""
        now, url = datetime.now(UTC), str(request.url)
        with_signature = signed(
            request.method, url, request.content, {}, self._credentials, self._region, now, OWN_SERVICE
        )
        request.headers.update(with_signature)
        yield request


@dataclass(frozen=True)
class CloudClock:
    """The local cloud's clock, read from another process."""

    connection: Connection

    def now(self) -> datetime:
        """The moment it shows."""
        return moment(_shown(self.connection))


def clock_of(connection: Connection) -> Clock:
    """What the stage takes for now: real time on AWS."""
    return CloudClock(connection) if connection.endpoint_url else SystemClock()


def show(*, _json: Json = False) -> Outcome:
    """What the local cloud's clock shows."""
    now = _shown(_local())
    return Outcome({"now": now}, said=[f"The local cloud's clock shows {story.minute(now)}."])


def stop(*, _json: Json = False) -> Outcome:
    """End the advance that another terminal has begun, after its present step."""
    return _stopped(_local())


def advance_clock(
    by: Annotated[str | None, Parameter(name="SPAN", help="how far, such as 90m, 2h, 7d, 1w or P1DT12H")] = None,
    /,
    *,
    to: Annotated[str | None, option("MOMENT", "a moment, such as 2013-05-01T00:00Z")] = None,
    as_json: Json = False,
) -> Outcome:
    """Advance the clock by a span or to a moment, through all that is due until then."""
    connection = _local()
    if bool(by) == bool(to):
        raise Invalid("Say by how much or to which moment.", "Write: serin clock advance 7d", "span")
    wanted = {"to": moment(to).isoformat()} if to else {"advance_s": _seconds(str(by))}
    walked = _walk(connection, wanted, silent=as_json)
    return Outcome(walked, said=list(_said_of(walked)))


def _said_of(walked: Mapping[str, Any]) -> Iterator[str]:
    """Where the clock is now, and which functions the way there has cost most time."""
    steps = how_many(walked["steps"], "step")
    yield f"The clock went from {walked['from']} to {walked['now']}: {steps} in {walked['seconds']} s."
    for name, seconds in sorted(walked["took"].items(), key=lambda item: -item[1]):
        yield f"  {name}: {seconds:g} s"


def advance(connection: Connection, seconds: float) -> None:
    """Let the local cloud's clock walk on; back when all that was due has happened."""
    for _ in _steps(connection, {"advance_s": seconds}):
        pass


def span(text: str) -> timedelta:
    """`90m`, `2h`, `7d`, `1w`, or an ISO 8601 duration of weeks, days, hours, minutes and seconds."""
    if short := _SHORT.fullmatch(text):
        return timedelta(**{_UNITS[short[2]]: int(short[1])})
    iso = _ISO.fullmatch(text)
    if iso is None or not any(iso.groups()) or text.endswith("T"):
        raise Invalid(f"{text!r} is not a span of time.", "Write it as 90m, 2h, 7d, 1w or P1DT12H.", "span")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as error:
        raise Invalid(
            f"{text[:40]!r} is longer than any calendar.", "Write it as 90m, 2h, 7d or 1w.", "span"
        ) from error


def moment(text: str) -> datetime:
    """An ISO 8601 moment with its offset, in UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is not a moment.", "Write it as 2013-04-01T04:00Z.", "clock") from error
    if parsed.tzinfo is None:
        raise Invalid(f"{text!r} has no offset.", "Write it as 2013-04-01T04:00Z.", "clock")
    return parsed.astimezone(UTC)


def _seconds(text: str) -> float:
    return span(text).total_seconds()


def _local() -> Connection:
    connection = load()
    if connection.endpoint_url is None:
        raise Invalid("AWS has no clock to advance.", "Run ./scripts/serin up and advance the local cloud's.")
    return connection


def _shown(connection: Connection) -> str:
    return str(_answer(connection, "GET")["now"])


def _stopped(connection: Connection) -> Outcome:
    """End the walk under way, whoever began it."""
    way = _answer(connection, "DELETE")
    said = f"The advance to {way['to']} stops once its present step is over; the clock shows {way['now']}."
    return Outcome(way, said=[said])


def _answer(connection: Connection, method: str) -> dict[str, Any]:
    try:
        answer = httpx.request(method, f"{connection.endpoint_url}{_PATH}", auth=Signed(connection), **_HERE)
        return _told(answer.text)
    except httpx.HTTPError as error:
        raise _gone(error) from error


def _told(line: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(line)
    if "error" in record:
        raise WalkError(record["error"])
    return record


def _walk(connection: Connection, wanted: dict[str, Any], silent: bool) -> dict[str, Any]:
    """Follow the walk to its end: how far it is, what it waits for, and afterwards what took the time."""
    start, began, steps, last = _shown(connection), time.monotonic(), 0, dict[str, Any]()
    with story.bar("advancing the clock", 100, silent) as doing:
        for last in _steps(connection, wanted):
            steps += "why" in last
            doing.at(_progress(last, steps), done=last.get("percent", 0), total=100)
    took = {"seconds": round(time.monotonic() - began, 1), "took": last.get("took", {})}
    return {"from": start, "now": last["now"], "steps": steps, **took}


def _progress(line: Mapping[str, Any], steps: int) -> str:
    """Such as: advancing the clock: 2013-07-03T04:00, 43 % in 120 steps; serin-dev-release_model."""
    busy = f"; {', '.join(line['busy'])}" if line.get("busy") else ""
    return f"advancing the clock: {line['now'][:16]}, {line.get('percent', 0)} % in {how_many(steps, 'step')}{busy}"


def _steps(connection: Connection, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each line of a walk, and of its end; a walk that nobody follows any more ends after its present step."""
    where: dict[str, Any] = {"url": f"{connection.endpoint_url}{_PATH}", "auth": Signed(connection), **_HERE}
    try:
        # A step takes as long as the functions it sets off.
        with httpx.stream("POST", json=wanted, timeout=None, **where) as answer:
            for line in answer.iter_lines():
                record = _told(line)
                yield record
                if record.get("done"):
                    return
    except KeyboardInterrupt:
        story.err.print(_ENDS)
        raise
    except httpx.HTTPError as error:
        raise _gone(error) from error
    raise Unavailable("The local cloud broke off before the clock had come there.", "Read what serin up says.")


def _gone(error: httpx.HTTPError) -> Unavailable:
    return Unavailable(f"The local cloud does not answer: {error}.", "Run ./scripts/serin up in another terminal.")
