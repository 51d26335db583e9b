"""What a model's next training would take by now, in time and money, and what more rows would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.cut_plan import CutPlan
from serin.domain.more_rows import times_the_rows
from serin.ports import Catalog, ObjectStore
from serin.services.steps.last_fits import last_training
from serin.services.steps.planned_set import planned_set


def show_plan(charter: Charter, contracts: Mapping[str, Contract], *, catalog: Catalog, lake: ObjectStore) -> CutPlan:
    """The plan by the datasets as they are, and by the last training that was judged."""
    heads = {use.name: catalog.head(use.name) for use in charter.datasets}
    views, last = charter.features.views, last_training(charter.model, catalog=catalog)
    fits = last.fits if last else None
    plan, sizes = planned_set(charter, contracts, heads, views, fits, catalog=catalog, lake=lake)
    return replace(plan, more=times_the_rows(charter, sizes, views, fits, last.curve if last else None))
