"""The trainings of a model and their trials side by side."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.comparing import checked_field, compared, condition
from serin.domain.runs import RunSummary
from serin.ports import Catalog

NEWEST = 1000
"""So many trainings and trials are looked at, the newest: some megabytes, and a query for each."""
SHOWN = 200


def compare_runs(
    model: str,
    where: Sequence[str] = (),
    order: str | None = None,
    limit: int = SHOWN,
    *,
    catalog: Catalog,
) -> list[RunSummary]:
    """The first `limit` of the newest runs that fulfil each condition of `where`, in the order of a field.

    Without conditions or an order nothing more is read than is shown. Invalid for a text that is no condition, or a
    field that runs do not have.
    """
    conditions = [condition(text) for text in where]
    if order is not None:
        checked_field(order, "order")
    newest = catalog.latest_summaries(model, NEWEST if conditions or order else limit).items
    return compared(newest, conditions, order)[:limit]
