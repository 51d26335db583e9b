"""The route about how an endpoint does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from serin.domain.charter import Charter
from serin.domain.health import Health
from serin.http.access import needs
from serin.http.known import known_model
from serin.http.route import serin_routes

ShowHealth = Callable[[str, timedelta], Health]
"""The health of a model's versions within a span."""
Hours = Annotated[int, Query(ge=1, le=168, description="How far back to look.")]


def health_routes(charters: Mapping[str, Charter], show: ShowHealth) -> APIRouter:
    """What the log of invocations knows. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/health")
    @needs("read")
    def health(model: str, hours: Hours = 24) -> Health:
        """Calls, failures, durations, cold starts, memory and cost of each version that was called."""
        return show(known_model(model, charters), timedelta(hours=hours))

    return routes
