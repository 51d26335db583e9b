"""Routes about a model's feature views: how far they are filled, and filling them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from serin.domain.auditing.effects import asked_for_backfill
from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.events import Event
from serin.http.access import Who, needs
from serin.http.known import known_model
from serin.http.listing import Listed
from serin.http.route import serin_routes
from serin.http.work import Now
from serin.ports import Catalog
from serin.services.show_views import ViewStatus, show_views

Publish = Callable[[Event], None]
"""Sends an event; the bus's client is made when the first one is sent."""


class BackfillRequest(BaseModel):
    """What is to be filled from all uploads there are."""

    model_config = ConfigDict(extra="forbid")

    view: str | None = Field(None, max_length=63, description="Absent: every view that is behind.")


class BackfillAsked(BaseModel):
    """A backfill that will begin; the model's views say how far it is."""

    correlation: str = Field(description="What the lines of its steps carry in the log.")


def view_routes(charters: Mapping[str, Charter], catalog: Catalog, publish: Publish, now: Now) -> APIRouter:
    """The views of models, over these ports."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/views")
    @needs("read")
    def list_views(model: str) -> Listed[ViewStatus]:
        """Every definition of a view in use: how far it is filled, and what its rows look like."""
        return Listed(items=show_views(charters[known_model(model, charters)], catalog=catalog), next=None)

    @routes.post("/models/{model}/views", status_code=202)
    @needs("train")
    def backfill(who: Who, model: str, wanted: BackfillRequest) -> BackfillAsked:
        """Fill one view again, or all that are behind."""
        known_model(model, charters)
        known = [view.name for view in charters[model].features.views]
        if wanted.view is not None and wanted.view not in known:
            raise NotFound(f"{model} has no view {wanted.view!r}.", f"Its views: {', '.join(known) or 'none'}.", "view")
        named = {} if wanted.view is None else {"view": wanted.view}
        catalog.note_effect(asked_for_backfill(model, wanted.view, who.asking(None, now())))
        publish(Event("Backfill Wanted", {"model": model, **named}, who.request_id))
        return BackfillAsked(correlation=who.request_id)

    return routes
