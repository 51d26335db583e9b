"""The route about what a model has cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from serin.domain.actual_cost import ActualCost
from serin.domain.charter import Charter
from serin.http.access import needs
from serin.http.known import known_model
from serin.http.route import serin_routes

ShowCost = Callable[[Charter, timedelta], ActualCost]
"""What a model has cost within a span."""
WEEK_HOURS = 168
Hours = Annotated[int, Query(ge=1, le=WEEK_HOURS, description="How far back to look.")]


def cost_routes(charters: Mapping[str, Charter], show: ShowCost) -> APIRouter:
    """What was billed. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/cost")
    @needs("read")
    def cost(model: str, hours: Hours = WEEK_HOURS) -> ActualCost:
        """What calls and trainings have cost by version, and a month like that beside the charter's budget."""
        return show(charters[known_model(model, charters)], timedelta(hours=hours))

    return routes
