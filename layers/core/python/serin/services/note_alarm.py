"""An alarm that went off, or is over, comes into the audit."""

from __future__ import annotations

from serin.domain.auditing.alarms import AlarmChange, alarm_entry
from serin.domain.auditing.entry import Entry
from serin.ports import Catalog


def note_alarm(change: AlarmChange, *, catalog: Catalog) -> Entry:
    """The entry of the change, which is kept; told again, as EventBridge may, it is the same entry."""
    entry = alarm_entry(change)
    catalog.note_effect(entry)
    return entry
