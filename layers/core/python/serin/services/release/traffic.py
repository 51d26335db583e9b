"""How much traffic a model's endpoint has."""

from __future__ import annotations

from datetime import timedelta

from serin.services.release.context import JudgedRelease

_DAY = timedelta(days=1)


def calls_of_last_day(context: JudgedRelease) -> int | None:
    """The calls of the last 24 hours; None when no version has been live for so long, so that nothing is known."""
    now = context.clock.now()
    began = [release.at for release in context.catalog.releases(context.model) if release.status == "live"]
    if not began or min(began) > now - _DAY:
        return None
    return context.metrics.sums(context.model, "Invocations", None, now - _DAY, now)
