"""How the versions behind a model's endpoint did lately, by what they and the platform have logged."""

from __future__ import annotations

from datetime import timedelta

from serin.domain.health import Health, health_of
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.recent_invocations import recent_invocations


def show_health(model: str, span: timedelta, *, lake: ObjectStore, catalog: Catalog, clock: Clock) -> Health:
    """The health of each version that was called within `span` before now.

    Where there is more than can be read at once, it is of a shorter span: `since` says from when on, `files_left_out`
    how many older files were not read.
    """
    recent = recent_invocations(model, span, lake=lake, catalog=catalog, clock=clock)
    versions = health_of(recent.invocations, recent.versions)
    return Health(model, recent.since, recent.until, versions, recent.files_left_out)
