"""What has been built of a view's definition, remembered while others remember too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from serin.domain.buckets import definition
from serin.domain.charter import View
from serin.domain.errors import Unavailable
from serin.domain.fills import Fill
from serin.domain.view_statistics import ViewStatistics
from serin.services.steps.view_writer import ViewWriter

ATTEMPTS = 50


def note(
    writer: ViewWriter, view: View, change: Callable[[Fill], Fill], statistics: ViewStatistics | None = None
) -> Fill:
    """Change the record of the view's definition, from however it is by now; without `statistics` these stay.

    Raises Unavailable when others always come first.
    """
    model, name = writer.charter.model, definition(writer.charter, view)
    for _ in range(ATTEMPTS):
        known = writer.catalog.fill(model, name)
        before = known or Fill(model, view.name, name, writer.clock.now(), dict.fromkeys(writer.charter.reads(view), 0))
        made = replace(
            change(before),
            view=view.name,
            at=writer.clock.now(),
            statistics=statistics or before.statistics,
            revision=before.revision + 1,
        )
        if writer.catalog.save_fill(made):
            return made
    raise Unavailable(
        f"Others have changed the record of {view.name} {ATTEMPTS} times meanwhile.", "It is tried again by itself."
    )
