"""The API beside the predictions: what there is, and what a person may start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator

from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.names import checked_name
from serin.domain.records import as_record
from serin.http.access import Caller, caller
from serin.http.errors import answer_errors
from serin.ports import Catalog, Control, Workflows
from serin.services.start_work import start_release, start_rollback, start_training

Who = Annotated[Caller, Depends(caller)]


class ReleaseRequest(BaseModel):
    """What is to go live: a registered version, or whatever was live before."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["start", "rollback"]
    version: Annotated[int | None, Field(ge=1)] = None

    @model_validator(mode="after")
    def _rollback_needs_no_version(self) -> Self:
        if self.action == "rollback" and self.version is not None:
            raise ValueError("a rollback goes to the version before; to choose one, start it")
        return self


def make_app(charters: dict[str, Charter], catalog: Catalog, control: Control, workflows: Workflows) -> FastAPI:
    """The application over these ports."""
    app = FastAPI(title="Serin", version="1", docs_url=None, redoc_url=None)
    answer_errors(app)
    _add_data_routes(app, charters, catalog)
    _add_model_routes(app, charters, catalog, control)
    _add_work_routes(app, charters, catalog, control, workflows)
    return app


def _add_data_routes(app: FastAPI, charters: dict[str, Charter], catalog: Catalog) -> None:
    @app.get("/uploads")
    def list_uploads(who: Who, dataset: str) -> list[dict[str, Any]]:
        who.needs("read")
        return _records(catalog.uploads(checked_name(dataset, "dataset")))

    @app.get("/datasets/{dataset}")
    def show_dataset(who: Who, dataset: str) -> dict[str, Any]:
        who.needs("read")
        name = checked_name(dataset, "dataset")
        return {"head": as_record(catalog.head(name)), "arrivals": dict(catalog.arrivals(name))}

    @app.get("/runs")
    def list_runs(who: Who, model: str) -> list[dict[str, Any]]:
        who.needs("read")
        return _records(catalog.runs(_known(model, charters)))


def _add_model_routes(app: FastAPI, charters: dict[str, Charter], catalog: Catalog, control: Control) -> None:
    @app.get("/models")
    def list_models(who: Who) -> list[dict[str, Any]]:
        who.needs("read")
        live = {name: control.live(name) for name in sorted(charters)}
        return [
            {"model": name, "problem": charters[name].problem, "live": as_record(now) if now else None}
            for name, now in live.items()
        ]

    @app.get("/models/{model}/versions")
    def list_versions(who: Who, model: str) -> list[dict[str, Any]]:
        who.needs("read")
        return _records(catalog.versions(_known(model, charters)))

    @app.get("/models/{model}/releases")
    def list_releases(who: Who, model: str) -> list[dict[str, Any]]:
        who.needs("read")
        releases = catalog.releases(_known(model, charters))
        return [{**asdict(item), "steps": _records(catalog.steps(model, item.id))} for item in releases]


def _add_work_routes(
    app: FastAPI, charters: dict[str, Charter], catalog: Catalog, control: Control, workflows: Workflows
) -> None:
    @app.post("/models/{model}/train", status_code=202)
    def train(who: Who, model: str) -> dict[str, str]:
        who.needs("train", _known(model, charters))
        return {"run": start_training(model, workflows)}

    @app.post("/models/{model}/releases", status_code=202)
    def release(who: Who, model: str, wanted: ReleaseRequest) -> dict[str, str]:
        who.needs("release", _known(model, charters))
        if wanted.action == "rollback":
            return {"release": start_rollback(model, catalog, control, workflows)}
        number = wanted.version or _newest(model, catalog)
        return {"release": start_release(model, number, catalog, workflows)}


def _newest(model: str, catalog: Catalog) -> int:
    versions = catalog.versions(model)
    if not versions:
        raise NotFound(f"No version of {model} is registered.", "Train it first.")
    return versions[-1].version


def _known(model: str, charters: dict[str, Charter]) -> str:
    if checked_name(model, "model") not in charters:
        known = ", ".join(sorted(charters)) or "none"
        raise NotFound(f"There is no model {model!r}; deployed: {known}.", "Check the name, or deploy its charter.")
    return model


def _records(items: Sequence[object]) -> list[dict[str, Any]]:
    return [as_record(item) for item in items]
