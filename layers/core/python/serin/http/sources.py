"""The route about sources: where files of datasets come from by themselves, and the last look there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serin.domain.charter import Charter, sources_of
from serin.domain.sources import Acquisition
from serin.http.access import needs
from serin.http.listing import Listed
from serin.http.route import serin_routes
from serin.ports import Catalog


class DatasetSource(BaseModel):
    """A dataset whose files are copied in from a bucket."""

    dataset: str
    source: str = Field(description="`s3://bucket/prefix/`")
    every_minutes: int
    last: Acquisition | None = Field(None, description="The last look; absent before the first one.")


def source_routes(charters: Mapping[str, Charter], catalog: Catalog) -> APIRouter:
    """Sources over these ports."""
    routes = serin_routes("data")

    @routes.get("/sources")
    @needs("read")
    def list_sources() -> Listed[DatasetSource]:
        """The datasets with a source, how often new objects are looked for, and how the last look went."""
        sources = [
            DatasetSource(
                dataset=dataset,
                source=source.url,
                every_minutes=source.every // timedelta(minutes=1),
                last=catalog.acquisition(dataset),
            )
            for dataset, source in sorted(sources_of(charters.values()).items())
        ]
        return Listed(items=sources, next=None)

    return routes
