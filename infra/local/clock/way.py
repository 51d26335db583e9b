"""A walk under way: from where to where, and what is said of it to those it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from serin.domain.errors import Conflict


@dataclass(frozen=True)
class Way:
    """A walk of the clock."""

    began: datetime
    to: datetime

    def percent(self, now: datetime) -> int:
        """How much of it lies behind."""
        return round(100 * (now - self.began) / (self.to - self.began)) if self.to > self.began else 100


def walked_already(way: Way | None, now: datetime, stopping: bool) -> Conflict:
    """Why a second walk cannot begin; `way` is None where the first ends this moment."""
    if way is None:
        return Conflict("The clock was being advanced and has come to its moment.", "Ask again.")
    where = f"The clock is already being advanced to {_minute(way.to)}: it is at {_minute(now)}, {way.percent(now)} %."
    if stopping:
        return Conflict(f"{where} It stops there once this step is over.", "Ask again in a moment.")
    return Conflict(where, "Wait until it has come there, or end it: ./scripts/serin clock stop")


def stopped(way: Way, now: datetime) -> Conflict:
    """What ends a walk that somebody has stopped."""
    message = f"The advance to {_minute(way.to)} was stopped at {_minute(now)}, {way.percent(now)} % of the way."
    return Conflict(message, f"To go on: ./scripts/serin clock advance --to {_minute(way.to)}")


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"
