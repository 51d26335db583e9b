"""What a model's next training would take by now, in time and money, and what more rows would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.cut_plan import CutPlan
from serin.domain.features import views_at_most
from serin.domain.more_rows import times_the_rows
from serin.ports import Catalog, ObjectStore
from serin.services.steps.last_fits import last_fits
from serin.services.steps.planned_set import planned_set

_LOOKED_AT = 100


def show_plan(charter: Charter, contracts: Mapping[str, Contract], *, catalog: Catalog, lake: ObjectStore) -> CutPlan:
    """The plan by the datasets as they are, and by the last training that was judged."""
    heads = {use.name: catalog.head(use.name) for use in charter.datasets}
    model, views = charter.model, views_at_most(charter)
    fits = last_fits(catalog.latest_runs(model, _LOOKED_AT).items, catalog=catalog)
    plan, sizes = planned_set(charter, contracts, heads, views, fits, catalog=catalog, lake=lake)
    measured = catalog.measurements(model, fits.run) if fits else None
    return replace(plan, more=times_the_rows(charter, sizes, views, fits, measured.curve if measured else None))
