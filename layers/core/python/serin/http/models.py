"""Routes about models: what is live, trainings, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serin.domain.charter import Charter, Task
from serin.domain.experiments import Run
from serin.domain.models import ListedVersion, Withdrawal, listed_version
from serin.domain.release_progress import Progress
from serin.domain.release_record import Directive
from serin.domain.releases import Live
from serin.domain.runs import RunSummary
from serin.http.access import needs
from serin.http.known import Version, known_model
from serin.http.listing import Limit, Listed, WantedPage, listed
from serin.http.route import serin_routes
from serin.ports import Catalog, Control
from serin.services.compare_runs import SHOWN, compare_runs
from serin.services.release_under_way import release_under_way
from serin.services.show_lineage import VersionLineage, runs_with, show_lineage
from serin.services.steps.champions import version_roles

UploadId = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9a-f]{32}$",
        description="Only runs whose training set was made with this upload; a page may have none of them.",
    ),
]
Where = Annotated[
    tuple[str, ...],
    Query(max_length=20, description="Conditions that must all hold: status=registered, validation.log_loss<0.4."),
]
Order = Annotated[
    str | None, Query(max_length=200, description="A field: a metric puts the best first. Absent: the newest first.")
]


class Model(BaseModel):
    """A deployed model."""

    model: str
    task: Task
    problem: str
    live: Live | None = Field(None, description="What the last finished release left; absent before the first.")
    withdrawn: Withdrawal | None = Field(None, description="Present where the live version is withdrawn.")
    under_way: Progress | None = Field(None, description="The release that goes on now, which may have all calls.")
    asked: Directive | None = Field(None, description="What a person asked of one of its releases, last.")


def model_routes(charters: Mapping[str, Charter], catalog: Catalog, control: Control) -> APIRouter:
    """What there is of the models, over these ports."""
    routes = serin_routes("models")

    @routes.get("/models")
    @needs("read")
    def list_models() -> Listed[Model]:
        """The deployed models and what is live of each."""
        shown = [_shown(name, charter, catalog, control) for name, charter in sorted(charters.items())]
        return Listed(items=shown, next=None)

    @routes.get("/runs")
    @needs("read")
    def list_runs(model: str, page: WantedPage, upload: UploadId = None) -> Listed[Run]:
        """The trainings of a model, from cause to verdict."""
        name = known_model(model, charters)
        if upload is None:
            return listed(catalog.latest_runs(name, page.limit, page.after))
        return listed(runs_with(upload, charters[name], catalog=catalog, limit=page.limit, after=page.after))

    @routes.get("/runs/compare")
    @needs("read")
    def compare(model: str, where: Where = (), order: Order = None, limit: Limit = SHOWN) -> Listed[RunSummary]:
        """Trainings and their trials in a line each, with their metrics: filtered, ordered, side by side."""
        return Listed(items=compare_runs(known_model(model, charters), where, order, limit, catalog=catalog), next=None)

    @routes.get("/models/{model}/versions")
    @needs("read")
    def list_versions(model: str, page: WantedPage) -> Listed[ListedVersion]:
        """The registered versions of a model, their roles, and which of them are withdrawn."""
        versions = catalog.latest_versions(known_model(model, charters), page.limit, page.after)
        roles = version_roles(model, catalog=catalog)
        shown = [
            listed_version(item, catalog.withdrawal(model, item.version), roles.get(item.version))
            for item in versions.items
        ]
        return Listed(items=shown, next=versions.next)

    @routes.get("/models/{model}/versions/{version}/lineage")
    @needs("read")
    def lineage(model: str, version: Version) -> VersionLineage:
        """What a version was made of: its run, its training set, the uploads, and the views as they were defined."""
        return show_lineage(known_model(model, charters), version, catalog=catalog)

    return routes


def _shown(name: str, charter: Charter, catalog: Catalog, control: Control) -> Model:
    live, under_way = control.live(name), release_under_way(name, catalog=catalog)
    return Model(
        model=name,
        task=charter.task,
        problem=charter.problem,
        live=live,
        withdrawn=None if live is None else catalog.withdrawal(name, live.version),
        asked=control.directive(name),
        under_way=None if under_way is None else under_way[1],
    )
