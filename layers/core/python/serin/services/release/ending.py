"""What follows the end of a release: the event, the word to people, and the start of whoever waits."""

from __future__ import annotations

from dataclasses import replace

from serin.domain.errors import NotFound
from serin.domain.events import Event
from serin.domain.release_course import LEASE
from serin.domain.releases import Parked, Release
from serin.ports import Catalog, Workflows
from serin.services.release.context import ReleaseContext
from serin.services.steps.notices import Telling
from serin.services.steps.questions import withdraw_open


def announce(context: ReleaseContext, release: Release) -> Release:
    """Say how it ended, on the bus and to people, who need answer nothing of it; once it was said it is not again."""
    if release.announced is not False:
        return release
    because, now = f"the release has ended: {release.status}", context.clock.now()
    withdraw_open(release, because, now, catalog=context.catalog)
    detail: dict[str, str | int] = {
        "model": release.model,
        "version": release.version,
        "release": release.id,
        "status": release.status,
    }
    context.events.publish(Event("Release Finished", detail, release.correlation or release.id))
    telling: Telling = "live"
    if release.status != "live":
        telling = "rolled_back" if release.status == "rolled_back" else "failed"
    context.tell(telling, release, release.reason or f"Version {release.version} is live.")
    announced = replace(release, announced=True)
    context.catalog.save_release(announced)
    return announced


def start_next(context: ReleaseContext) -> None:
    """Start whoever waits for the lease, the first in turn; again when its start has come to nothing for long."""
    now, control = context.clock.now(), context.control
    for parked in control.parked(context.model):
        if not _is_open(parked, context.catalog):
            control.unpark(context.model, parked.release)
            continue
        lost = parked.started is not None and parked.started <= now - LEASE
        turn = replace(parked, attempt=parked.attempt + lost, started=now)
        if parked.started is None or lost:
            control.park(turn)
        # One that was started just now is not started again, since its name is taken.
        _start(parked if parked.started and not lost else turn, context.workflows)
        return


def _start(parked: Parked, workflows: Workflows) -> None:
    workflows.start_release(
        *(parked.model, parked.version, parked.release, parked.cause, parked.correlation, parked.attempt)
    )


def _is_open(parked: Parked, catalog: Catalog) -> bool:
    try:
        return catalog.release(parked.model, parked.release).is_open
    except NotFound:
        return False
