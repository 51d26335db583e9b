"""The route about how mature the practice around a model is."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from serin.domain.charter import Charter
from serin.domain.maturity import Maturity
from serin.http.access import needs
from serin.http.known import known_model
from serin.http.route import InSeconds, serin_routes
from serin.http.work import Now
from serin.ports import Catalog
from serin.services.show_maturity import show_maturity


def maturity_routes(charters: Mapping[str, Charter], catalog: Catalog, now: Now) -> APIRouter:
    """The levels and tests, over these ports."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/maturity")
    @needs("read")
    def maturity(model: str) -> InSeconds[Maturity]:
        """Google's level and the points of the ML Test Score, each by the event of the catalog that earns it."""
        return InSeconds[Maturity](show_maturity(charters[known_model(model, charters)], now(), catalog=catalog))

    return routes
