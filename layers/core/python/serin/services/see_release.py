"""One release with its plan, its shares of the traffic, its steps and judgements."""

from __future__ import annotations

from serin.domain.release_seen import ReleaseSeen
from serin.domain.releases import Release
from serin.ports import Catalog, Control


def see_release(release: Release, *, catalog: Catalog, control: Control) -> ReleaseSeen:
    """The release with all it has shown, and what a person asked of it last."""
    model, wish = release.model, control.directive(release.model)
    return ReleaseSeen(
        release,
        catalog.plan(model, release.id),
        catalog.shifts(model, release.id),
        catalog.steps(model, release.id),
        catalog.judged(model, release.id),
        wish if wish is not None and wish.release == release.id else None,
    )
