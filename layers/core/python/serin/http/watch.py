"""Routes about a model that is watched: how it is doing, and what a person says of its episodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from serin.domain.charter import Charter
from serin.domain.judgement.watching.episodes import Episode
from serin.http.access import Who, needs
from serin.http.known import known_model
from serin.http.route import serin_routes
from serin.services.show_watch import ShownWatch
from serin.services.tend_episode import Deed

ShowWatch = Callable[[str, date | None], ShownWatch]
"""Model and a day of the window that is asked for, the newest for None."""
Tend = Callable[[str, str, Deed, str], Episode]
"""Model, feature of the episode, what is done, by whom: the episode then."""
WantedWindow = Annotated[date | None, Query(description="A day of the window to report; absent: the newest.")]


def watch_routes(charters: Mapping[str, Charter], show: ShowWatch, tend: Tend) -> APIRouter:
    """What looks at models have found; the use cases come ready."""
    routes = serin_routes("watch")

    @routes.get("/models/{model}/watch")
    @needs("read")
    def watch(model: str, window: WantedWindow = None) -> ShownWatch:
        """Episodes, the next retraining, the newest windows, and all numbers of one of them."""
        return show(known_model(model, charters), window)

    @routes.post("/models/{model}/watch/{episode:path}/acknowledge")
    @needs("train")
    def acknowledge(who: Who, model: str, episode: str) -> Episode:
        """Say that you are at an episode, which its feature names."""
        return tend(known_model(model, charters), episode, "acknowledge", who.owner)

    @routes.post("/models/{model}/watch/{episode:path}/close")
    @needs("train")
    def close(who: Who, model: str, episode: str) -> Episode:
        """Say that an episode is over; it opens again if the feature still drifts in the next window."""
        return tend(known_model(model, charters), episode, "close", who.owner)

    return routes
