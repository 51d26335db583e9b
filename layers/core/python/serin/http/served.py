"""Routes by which clients of other servers ask whether a model answers, and what it takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from serin.domain.charter import Charter
from serin.http.access import needs
from serin.http.known import known_model
from serin.http.route import serin_routes
from serin.ports import Catalog, Control
from serin.services.describe_served import describe_served


def served_routes(charters: Mapping[str, Charter], catalog: Catalog, control: Control) -> APIRouter:
    """MLflow's ping, and the Open Inference Protocol's questions about server and model."""
    routes = serin_routes("models")

    def described(model: str, path: str) -> Mapping[str, Any]:
        return describe_served(path, charters[known_model(model, charters)], catalog=catalog, control=control)

    @routes.get("/models/{model}/ping")
    @needs("predict")
    def ping(model: str) -> Mapping[str, Any]:
        """Whether a version is live, as MLflow's clients ask it."""
        return described(model, "health/ready")

    @routes.get("/models/{model}/v2")
    @needs("predict")
    def server(model: str) -> Mapping[str, Any]:
        """What answers, in the Open Inference Protocol."""
        return described(model, "")

    @routes.get("/models/{model}/v2/{path:path}")
    @needs("predict")
    def about(model: str, path: str) -> Mapping[str, Any]:
        """`health/live`, `health/ready`, or `models/<model>`, with `/versions/<version>` and `/ready` if need be."""
        return described(model, path)

    return routes
