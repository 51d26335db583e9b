"""What a model has cost lately: its calls by what Lambda billed, its trainings by what they took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from serin.domain.actual_cost import MONTH, ActualCost, actual_cost
from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.recent_invocations import recent_invocations


def show_cost(charter: Charter, span: timedelta, *, lake: ObjectStore, catalog: Catalog, clock: Clock) -> ActualCost:
    """What calls within `span` before now have cost, and the trainings of the 30 days before it.

    Where there are more calls than can be read at once, they are of a shorter span: `since` says from when on.
    """
    model = charter.model
    recent = recent_invocations(model, span, lake=lake, catalog=catalog, clock=clock)
    return actual_cost(
        *(model, (recent.since, recent.until), recent.invocations, recent.versions),
        *(_runs(model, recent.until - MONTH, catalog), _trained_by(model, set(recent.versions.values()), catalog)),
        *(charter.budget.usd_per_month, recent.files_left_out),
    )


def _runs(model: str, since: datetime, catalog: Catalog) -> Sequence[Run]:
    """Those that began from then on; no page more is read than they need."""
    runs, after = list[Run](), None
    while True:
        page = catalog.latest_runs(model, after=after)
        runs += [run for run in page.items if run.at >= since]
        if page.next is None or any(run.at < since for run in page.items):
            return runs
        after = page.next


def _trained_by(model: str, versions: Iterable[int], catalog: Catalog) -> dict[int, float]:
    """Version → what its training cost; a version whose run is not kept is left out."""
    costs = {}
    for version in versions:
        try:
            costs[version] = catalog.run(model, catalog.version(model, version).run).usd
        except NotFound:
            continue
    return costs
