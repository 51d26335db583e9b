"""The route about what making a model's training set would take."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter

from serin.domain.charter import Charter
from serin.domain.cut_plan import CutPlan
from serin.http.access import needs
from serin.http.known import known_model
from serin.http.route import InSeconds, serin_routes

ShowPlan = Callable[[str], CutPlan]
"""The plan of a model's training set, by the datasets as they are."""


def plan_routes(charters: Mapping[str, Charter], show: ShowPlan) -> APIRouter:
    """What the manifests of datasets tell. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/plan")
    @needs("read")
    def plan(model: str) -> InSeconds[CutPlan]:
        """What the next training set takes: in one go or in pieces, by whom, its seconds and dollars, or why not."""
        return InSeconds[CutPlan](show(known_model(model, charters)))

    return routes
