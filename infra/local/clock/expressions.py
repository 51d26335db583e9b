"""What the schedule expression of a rule says: the moment after another one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from infra.local.clock import cron
from serin.domain.errors import Invalid

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
_REMEDY = "Use rate(5 minutes) or cron(0 8 ? * MON-FRI *)."


def next_moment(expression: str, since_s: float, after_s: float) -> float | None:
    """The first moment later than `after_s`, of a schedule that began at `since_s`; None when there is none.

    Rates count from the beginning. Raises Invalid for what is no schedule.
    """
    if expression.startswith("rate("):
        period = period_s(expression)
        return since_s + (max(0, int((after_s - since_s) // period)) + 1) * period
    moment = _cron(expression).after(datetime.fromtimestamp(after_s, UTC))
    return None if moment is None else moment.timestamp()


def check(expression: str) -> None:
    """Raise Invalid unless it is a schedule a rule may have."""
    next_moment(expression, 0.0, 0.0)


def period_s(expression: str) -> float:
    """Seconds between two moments of a rate; AWS wants the unit's number to agree with the value."""
    rate = _RATE.fullmatch(expression)
    if rate is None or int(rate.group(1)) == 0 or (int(rate.group(1)) == 1) == bool(rate.group(3)):
        raise Invalid(f"{expression} is not a schedule.", _REMEDY)
    return int(rate.group(1)) * _SECONDS[rate.group(2)]


@lru_cache(maxsize=256)
def _cron(expression: str) -> cron.Cron:
    if not expression.startswith("cron("):
        raise Invalid(f"{expression} is not a schedule.", _REMEDY)
    return cron.parse(expression)
