"""Views that released versions still ask for as they were when they were trained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from serin.domain.buckets import definition
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.releases import serving_versions
from serin.ports import Catalog, ObjectStore
from serin.services.steps.model_layers import charter_in, opened_layer
from serin.services.steps.view_writer import Functions

CodeOf = Callable[[bytes], Functions]
"""Finds functions of the model's code that lies in the layer of a released version."""


@dataclass(frozen=True)
class ReleasedViews:
    """The charter of a version, with those of its views only that nobody else builds, and the code it came with."""

    charter: Charter
    functions: Functions


def released_views(
    deployed: Charter,
    contracts: Mapping[str, Contract],
    *,
    catalog: Catalog,
    artifacts: ObjectStore,
    code_of: CodeOf,
) -> list[ReleasedViews]:
    """For each version that answers, may answer soon, or would after a rollback: its views that are no longer deployed.

    A view on a dataset that no deployed model reads is left out: its uploads do not come any more.
    """
    taken = {definition(deployed, view) for view in deployed.features.views}
    kept = []
    for number in serving_versions(catalog.releases(deployed.model)):
        version = catalog.version(deployed.model, number)
        if version.charter == deployed.digest():
            continue
        layer = opened_layer(version.layer, artifacts=artifacts)
        charter = charter_in(layer)
        views = tuple(_untaken(charter, taken, contracts))
        if views:
            kept.append(ReleasedViews(_only(charter, views), code_of(layer)))
            taken |= {definition(charter, view) for view in views}
    return kept


def _untaken(charter: Charter, taken: Collection[str], contracts: Mapping[str, Contract]) -> Iterator[View]:
    for view in charter.features.views:
        if definition(charter, view) not in taken and set(charter.reads(view)) <= set(contracts):
            yield view


def _only(charter: Charter, views: tuple[View, ...]) -> Charter:
    return replace(charter, features=replace(charter.features, views=views))
