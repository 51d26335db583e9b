"""The route that shows who did what, and when."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from serin.domain.auditing.entry import Entry
from serin.domain.charter import Charter
from serin.http.access import needs
from serin.http.known import known_model
from serin.http.listing import Listed, WantedPage, listed
from serin.http.route import serin_routes
from serin.ports import Catalog, Control
from serin.services.show_audit import show_audit


def audit_routes(charters: Mapping[str, Charter], catalog: Catalog, control: Control) -> APIRouter:
    """The audit over these ports."""
    routes = serin_routes("audit")

    @routes.get("/audit")
    @needs("read")
    def audit(page: WantedPage, model: str | None = None) -> Listed[Entry]:
        """What was done to a model and its datasets, or to the whole stage and its tokens: newest first."""
        name = None if model is None else known_model(model, charters)
        return listed(show_audit(charters, name, page.limit, page.after, catalog=catalog, control=control))

    return routes
