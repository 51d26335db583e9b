"""Entries about alarms: that one went off, and that it is over. What an alarm is about its description says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from serin.domain.auditing.entry import EVERYBODYS, Entry, What, entry_id

WENT_OFF = "ALARM"
_ABOUT = "alarm "
_OF_MODEL = re.compile(r"Model ([a-z][a-z0-9-]*) \(stage ")
"""How a notice begins that is about one model (`infra.constructs.alarms.about`)."""


@dataclass(frozen=True)
class AlarmChange:
    """An alarm was in the state `before` and is in another since that moment, in CloudWatch's words, and why."""

    name: str
    description: str
    before: str
    state: str
    at: datetime
    reason: str

    @property
    def model(self) -> str | None:
        """The model it is about; None for what all models share."""
        named = _OF_MODEL.match(self.description)
        return named[1] if named else None


def alarm_entry(change: AlarmChange) -> Entry:
    """That it went off, or that it is over; the same change told twice is one entry."""
    what: What = "alarm went off" if change.state == WENT_OFF else "alarm is over"
    return Entry(
        entry_id(what, change.name, change.at.isoformat()),
        change.at,
        "watch",
        change.model or EVERYBODYS,
        what,
        f"{_ABOUT}{change.name}",
        change.reason,
    )


@dataclass(frozen=True)
class Rang:
    """An alarm that went off at `begin`, for this reason, and is over since `end`; None while it goes on.

    Of one whose beginning is not known any more, both are when it was over.
    """

    alarm: str
    begin: datetime
    end: datetime | None
    reason: str


def rang(newest: Iterable[Entry]) -> tuple[Rang, ...]:
    """When alarms went off and for how long, by entries from the newest on; those about other things say nothing."""
    begun, periods = dict[str, Entry](), list[Rang]()
    for entry in reversed([one for one in newest if one.what in ("alarm went off", "alarm is over")]):
        name = entry.about.removeprefix(_ABOUT)
        if entry.what == "alarm went off":
            begun.setdefault(name, entry)
            continue
        began = begun.pop(name, entry)
        periods.append(Rang(name, began.at, entry.at, began.said))
    periods += [Rang(name, entry.at, None, entry.said) for name, entry in begun.items()]
    return tuple(sorted(periods, key=lambda one: one.begin, reverse=True))
