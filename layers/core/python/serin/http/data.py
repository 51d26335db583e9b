"""Routes about data: datasets, and what became of uploads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from serin.domain.charter import Charter
from serin.domain.datasets import DatasetHead, Upload, arrival_correlation
from serin.domain.names import checked_name
from serin.domain.profiles import ShownProfile
from serin.http.access import needs
from serin.http.listing import Listed, WantedPage, listed
from serin.http.route import serin_routes
from serin.ports import Catalog
from serin.services.steps.accepted_before import accepted_before

ObjectName = Annotated[
    str | None,
    Query(max_length=1200, description="Only the upload that this object, `<key>@<version id>`, turned out to be."),
]
ReadingModel = Annotated[str | None, Query(description="The model that reads it; absent: the one whose label it has.")]
ShowProfile = Callable[[str, str | None], ShownProfile]
"""The newest profile of a dataset, as the model of that name reads it."""


def data_routes(charters: Mapping[str, Charter], catalog: Catalog, show_profile: ShowProfile) -> APIRouter:
    """Datasets and uploads over these ports. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("data")

    @routes.get("/datasets")
    @needs("read")
    def list_datasets() -> Listed[DatasetHead]:
        """Every dataset that a deployed model reads, and how much of it there is."""
        names = sorted({dataset.name for charter in charters.values() for dataset in charter.datasets})
        return Listed(items=[catalog.head(name) for name in names], next=None)

    @routes.get("/datasets/{dataset}")
    @needs("read")
    def show_dataset(dataset: str) -> DatasetHead:
        """A dataset so far."""
        return catalog.head(checked_name(dataset, "dataset"))

    @routes.get("/datasets/{dataset}/profile")
    @needs("read")
    def profile(dataset: str, model: ReadingModel = None) -> ShownProfile:
        """A first look at a dataset's columns: distributions, missing values, what goes with the label, examples."""
        return show_profile(dataset, model)

    @routes.get("/uploads")
    @needs("read")
    def list_uploads(dataset: str, page: WantedPage, object: ObjectName = None) -> Listed[Upload]:
        """The uploads of a dataset and what became of them."""
        name = checked_name(dataset, "dataset")
        if object is None:
            return listed(catalog.latest_uploads(name, page.limit, page.after))
        record = catalog.arrival(name, object)
        upload = None if record is None else catalog.upload(name, record)
        if upload is None:
            return Listed(items=[], next=None)
        key, _, version = object.rpartition("@")
        again = accepted_before(upload, arrival_correlation(key, version), catalog=catalog)
        return Listed(items=[replace(upload, again=again)], next=None)

    return routes
