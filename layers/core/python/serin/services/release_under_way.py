"""The release of a model that has the lease now, and how far it has come."""

from __future__ import annotations

from serin.domain.release_progress import Progress, progress_of
from serin.domain.releases import Release
from serin.ports import Catalog

_NEWEST = 20
"""Of those that wait behind it, and came later, there are never so many."""


def release_under_way(model: str, *, catalog: Catalog) -> tuple[Release, Progress] | None:
    """The newest that neither has ended nor waits behind another; None where there is none."""
    for release in catalog.latest_releases(model, _NEWEST).items:
        if release.is_open and release.status != "waiting":
            return release, progress_of(release, catalog.plan(model, release.id), catalog.shifts(model, release.id))
    return None
