"""A model's schedule → watch_model; an alarm that has changed → note_alarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.aws_events import ALARM_CHANGED, change_of_alarm
from serin.domain.records import as_record
from serin.logs import correlation_of, logged


@logged("watch_model", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """One look at the model that is named; each has its own schedule, so that none waits for another."""
    world = platform()
    if event.get("detail-type") == ALARM_CHANGED:
        return noted(event)
    # An alarm needs nothing of what looks at rows.
    from serin.services.watch_model import watch_model

    looked: dict[str, Any] = as_record(
        watch_model(
            *(world.charters[event["model"]], correlation_of(event, context)),
            lake=world.lake,
            catalog=world.catalog,
            clock=world.clock,
            notices=world.notices,
            events=world.events,
            workflows=world.workflows,
        )
    )
    return looked


def noted(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit says of an alarm from now on."""
    from serin.services.note_alarm import note_alarm

    entry = note_alarm(change_of_alarm(event["detail"]), catalog=platform().catalog)
    return {"noted": entry.what, "about": entry.about}
