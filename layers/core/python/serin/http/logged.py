"""The route about a prediction that was made."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from serin.http.access import Who, needs
from serin.http.route import serin_routes
from serin.services.show_prediction import Shown

Show = Callable[[str, str], Shown]
"""The prediction of an id, for the call of an id."""


def logged_routes(show: Show) -> APIRouter:
    """What the prediction log knows. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("predictions")

    @routes.get("/predictions/{prediction}")
    @needs("read")
    def show_one(who: Who, prediction: str) -> Shown:
        """A prediction's inputs, features and answer, what it was made of, and its score calculated again."""
        return show(prediction, who.request_id)

    return routes
