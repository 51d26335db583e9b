"""What a schedule expression says: the moment after another one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.local.events import cron
from serin.domain.errors import Invalid

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_REMEDY = "Use rate(5 minutes), cron(0 8 ? * MON-FRI *) or, in EventBridge Scheduler, at(2013-05-01T08:00:00)."


def next_moment(expression: str, since_s: float, after_s: float, zone: str = "UTC") -> float | None:
    """The first moment later than `after_s`, of a schedule that began at `since_s`; None when there is none.

    Rates count from the beginning. Raises Invalid for what is no schedule.
    """
    if expression.startswith("rate("):
        period = period_s(expression)
        return since_s + (max(0, int((after_s - since_s) // period)) + 1) * period
    if expression.startswith("at("):
        moment = at_s(expression, zone)
        return moment if moment > after_s else None
    found = _cron(expression, zone).after(datetime.fromtimestamp(after_s, UTC))
    return None if found is None else found.timestamp()


def check_rule(expression: str) -> None:
    """Raise Invalid unless it is a schedule a rule may have, which is not a single moment."""
    if expression.startswith("at("):
        raise Invalid(f"A rule cannot have the schedule {expression}.", _REMEDY)
    next_moment(expression, 0.0, 0.0)


def period_s(expression: str) -> float:
    """Seconds between two moments of a rate; AWS wants the unit's number to agree with the value."""
    rate = _RATE.fullmatch(expression)
    if rate is None or int(rate.group(1)) == 0 or (int(rate.group(1)) == 1) == bool(rate.group(3)):
        raise Invalid(f"{expression} is not a schedule.", _REMEDY)
    return int(rate.group(1)) * _SECONDS[rate.group(2)]


def at_s(expression: str, zone: str) -> float:
    """The one moment of `at(…)`, which is local time of the zone."""
    match = _AT.fullmatch(expression)
    if match is None:
        raise Invalid(f"{expression} is not a schedule.", _REMEDY)
    try:
        return datetime.fromisoformat(match.group(1)).replace(tzinfo=zone_of(zone)).timestamp()
    except ValueError as error:
        raise Invalid(f"{expression} is not a schedule.", _REMEDY) from error


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """A zone of the IANA database; raises Invalid for another name."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(f"There is no time zone {name}.", "Use a name such as America/New_York.") from error


@lru_cache(maxsize=256)
def _cron(expression: str, zone: str) -> cron.Cron:
    if not expression.startswith("cron("):
        raise Invalid(f"{expression} is not a schedule.", _REMEDY)
    return cron.parse(expression, zone_of(zone))
