"""What a dead release left half-done is finished or put back, and whoever waits is started."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from serin.domain.release_course import LEASE
from serin.domain.releases import Release
from serin.services.release.abandon import abandon
from serin.services.release.context import ReleaseContext
from serin.services.release.ending import announce, start_next
from serin.services.release.put_right import Finding, alias_found, put_right

DIED = "its workflow ended early"


@dataclass(frozen=True)
class Reconciled:
    """What was found at one model's alias, and whether it was put right."""

    model: str
    found: Finding | Literal["release running"]


def reconcile(context: ReleaseContext) -> Reconciled:
    """Compare the alias, version and weights both, with the last intent; end what has died, start whoever waits.

    The context's id is the reconciler's own. An alias that nobody here intended is left alone and reported: somebody
    may be mending something.
    """
    model, now = context.model, context.clock.now()
    lease = context.control.lease(model)
    if lease is not None and lease.until > now:
        return Reconciled(model, "release running")
    finding: Finding = "as intended"
    for release in context.catalog.latest_releases(model).items:
        if _is_dead(context, release):
            finding = "put back" if _end(context, release) else finding
        elif not release.is_open:
            announce(replace(context, id=release.id), release)
    # Looked at without the lease first: held every few minutes, it would stand in the way of releases.
    before = alias_found(model, control=context.control, endpoint=context.endpoint)
    finding = before if before == "changed by somebody else" else finding
    if before == "put back":
        finding = _under_lease(context)
    start_next(context)
    return Reconciled(model, finding)


def _is_dead(context: ReleaseContext, release: Release) -> bool:
    """Whether it has not ended, waits for nothing, and has shown no life for as long as a step may take."""
    if not release.is_open or release.at > context.clock.now() - LEASE:
        return False
    return release.id not in {parked.release for parked in context.control.parked(context.model)}


def _end(context: ReleaseContext, release: Release) -> bool:
    """Whether the alias was put back."""
    ended = abandon(replace(context, id=release.id), DIED)
    return ended is not None and ended.status == "rolled_back"


def _under_lease(context: ReleaseContext) -> Finding | Literal["as intended"]:
    lease = context.acquire(LEASE)
    if lease is None:
        return "as intended"
    try:
        return put_right(context.model, control=context.control, endpoint=context.endpoint)
    finally:
        context.control.finish(None, lease)
