"""What has been built of a view's definition, remembered while others remember too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from serin.data.contract.trial import ENGINE_FAULTS, told_by
from serin.domain.buckets import definition
from serin.domain.charter import View
from serin.domain.errors import Invalid, SerinError, TooLarge, Unavailable
from serin.domain.fills import Fill
from serin.domain.view_statistics import ViewStatistics
from serin.services.steps.view_writer import ViewWriter

ATTEMPTS = 50
DOOMED = (Invalid, TooLarge, *ENGINE_FAULTS)
"""What comes again however often it is tried: faults of the model's code, of its charter, of what its datasets hold."""


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


def refuse(writer: ViewWriter, dataset: str, error: Exception) -> SerinError:
    """Remember why the views that read the dataset cannot be filled, so that nobody tries for ever; the reason.

    It stands until somebody asks for a backfill; code that is deployed anew makes definitions of its own.
    """
    found = error if isinstance(error, SerinError) else Invalid(f"{dataset}: {told_by(error)}.", _ASK)
    for view in writer.charter.features.views:
        if dataset in writer.charter.reads(view):
            note(writer, view, lambda fill: replace(fill, refused=str(found)))
    return found


_ASK = "Correct what it names, deploy, and ask again: ./scripts/serin features backfill MODEL."
