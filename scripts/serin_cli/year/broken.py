"""A version that must not stay: what is live, with code that knows the calendar only to a day, and fails after it."""

from __future__ import annotations

from datetime import datetime

from serin.adapters.events import EventBridgeEvents
from serin.ports import Catalog, Clock, ObjectStore
from serin_cli.altered import register_altered

NAME = "calendar-of-last-year"
_CODE = '''


_hour = hour


def hour(sched_dep_utc: datetime | None) -> int | None:
    """The hour, of a day the calendar knows."""
    if sched_dep_utc is not None and sched_dep_utc >= datetime.fromisoformat("{until}"):
        raise KeyError(f"no such day: {{sched_dep_utc:%d %B}}")
    return _hour(sched_dep_utc)
'''


def register_broken(
    model: str,
    version: int,
    until: datetime,
    *,
    artifacts: ObjectStore,
    catalog: Catalog,
    events: EventBridgeEvents,
    clock: Clock,
) -> int:
    """The number of a version like `version` that answers for flights before `until` only; its release begins by that.

    What the log holds it answers as ever, so only callers can find it out.
    """

    def alter(code: dict[str, bytes]) -> None:
        code["features.py"] += _CODE.format(until=until.isoformat()).encode()

    return register_altered(
        *(model, version, NAME, alter), artifacts=artifacts, catalog=catalog, events=events, clock=clock
    )
