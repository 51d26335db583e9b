"""A model's schedule → watch_model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.logs import correlation_of, logged
from serin.services.watch_model import watch_model


@logged("watch_model", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """One look at the model that is named; each has its own schedule, so that none waits for another."""
    world = platform()
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
