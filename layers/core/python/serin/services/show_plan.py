"""What making a model's training set would take by now: in one go or in pieces, and the time and money of it."""

from __future__ import annotations

from serin.domain.charter import Charter
from serin.domain.cut_plan import CutPlan, plan_training_set
from serin.ports import Catalog, ObjectStore
from serin.services.steps.table_sizes import listed, table_sizes


def show_plan(charter: Charter, *, catalog: Catalog, lake: ObjectStore) -> CutPlan:
    """The plan by the datasets as they are."""
    heads = {use.name: catalog.head(use.name) for use in charter.datasets}
    sizes = table_sizes(charter, listed(heads, catalog=catalog), catalog=catalog, lake=lake)
    return plan_training_set(charter, sizes, charter.features.views)
