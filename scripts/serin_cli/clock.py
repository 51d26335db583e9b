"""The local cloud's clock: what it shows, and walking it to a later moment from another terminal."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from serin.adapters.clock import SystemClock
from serin.domain.errors import Invalid, SerinError, Unavailable
from serin.ports import Clock
from serin_cli import story
from serin_cli.connection import Connection, load

_PATH = "/_serin/clock"
_SHORT = re.compile(r"(\d{1,6})([smhdw])")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class WalkError(SerinError):
    """What the local cloud answered instead of a walk's end; kind, message and remedy are its own."""

    def __init__(self, record: dict[str, str]) -> None:
        super().__init__(record["message"], record["remedy"], record.get("field"))
        self.kind = record["kind"]


@dataclass(frozen=True)
class CloudClock:
    """The local cloud's clock, read from another process."""

    endpoint_url: str

    def now(self) -> datetime:
        """The moment it shows."""
        return moment(_shown(self.endpoint_url + _PATH))


def clock_of(connection: Connection) -> Clock:
    """What the stage takes for now: real time on AWS."""
    return CloudClock(connection.endpoint_url) if connection.endpoint_url else SystemClock()


def clock(arguments: Namespace) -> dict[str, Any]:
    """Show the clock, or advance it by a span or to a moment."""
    url = _url()
    if arguments.action != "advance":
        if arguments.span or arguments.to:
            raise Invalid("The clock is only shown.", "Write: serin clock advance 7d", "action")
        return {"now": _shown(url)}
    if bool(arguments.span) == bool(arguments.to):
        raise Invalid("Say by how much or to which moment.", "Write: serin clock advance 7d", "span")
    wanted = {"to": moment(arguments.to).isoformat()} if arguments.to else {"advance_s": _seconds(arguments.span)}
    return _walk(url, wanted)


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
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is not a moment.", "Write it as 2013-04-01T04:00Z.", "clock") from error
    if found.tzinfo is None:
        raise Invalid(f"{text!r} has no offset.", "Write it as 2013-04-01T04:00Z.", "clock")
    return found.astimezone(UTC)


def _seconds(text: str) -> float:
    return span(text).total_seconds()


def _url() -> str:
    endpoint = load().endpoint_url
    if endpoint is None:
        raise Invalid("AWS has no clock to advance.", "Run ./scripts/serin up and advance the local cloud's.")
    return endpoint + _PATH


def _shown(url: str) -> str:
    try:
        return str(httpx.get(url).json()["now"])
    except httpx.HTTPError as error:
        raise _gone(error) from error


def _walk(url: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Follow the walk to its end; it goes on when this program is stopped."""
    began, steps = _shown(url), 0
    try:
        # A step takes as long as the functions it sets off.
        with story.bar("advancing the clock") as bar, httpx.stream("POST", url, json=wanted, timeout=None) as answer:
            for line in answer.iter_lines():
                record = json.loads(line)
                if "error" in record:
                    raise WalkError(record["error"])
                if record.get("done"):
                    return {"from": began, "now": record["now"], "steps": steps}
                steps += 1
                bar.update(bar.task_ids[0], description=f"advancing the clock: {record['now'][:16]}, {steps} steps")
    except httpx.HTTPError as error:
        raise _gone(error) from error
    raise Unavailable("The local cloud broke off before the clock had come there.", "Read what serin up says.")


def _gone(error: httpx.HTTPError) -> Unavailable:
    return Unavailable(f"The local cloud does not answer: {error}.", "Run ./scripts/serin up in another terminal.")
