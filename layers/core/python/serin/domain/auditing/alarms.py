"""Entries about alarms: that one went off, and that it is over. What an alarm is about its description says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from serin.domain.auditing.entry import EVERYBODYS, Entry, What, entry_id

WENT_OFF = "ALARM"
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
        f"alarm {change.name}",
        change.reason,
    )
