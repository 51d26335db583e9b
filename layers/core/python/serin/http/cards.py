"""The route of a version's model card."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from serin.domain.card import Card
from serin.domain.charter import Charter
from serin.http.access import needs
from serin.http.known import Version, known_model
from serin.http.route import serin_routes
from serin.ports import Catalog
from serin.services.show_card import show_card


def card_routes(charters: Mapping[str, Charter], catalog: Catalog) -> APIRouter:
    """What a version is for, what it was made of, and what was measured of it."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/versions/{version}/card")
    @needs("read")
    def card(model: str, version: Version) -> Card:
        """The model card: every part from what is stored; `missing` names the parts that nothing stored can fill."""
        return show_card(charters[known_model(model, charters)], version, catalog=catalog)

    return routes
