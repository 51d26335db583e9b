"""Routes about releases: how they went, the evidence, and what a person wishes of one that is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serin.domain.charter import Charter
from serin.domain.release_record import Directive, Judged, ReleasePlan, Shift, Wish
from serin.domain.releases import Release, ReleaseStep
from serin.domain.scopes import require
from serin.http.access import Who, needs
from serin.http.known import known_model
from serin.http.listing import Listed, WantedPage, listed
from serin.http.route import SECONDS, serin_routes
from serin.ports import Catalog, Control
from serin.services.see_release import see_release

Direct = Callable[[Wish, Release, str, str], Directive]
"""Wish, release, by whom, correlation: what is remembered of it."""


class ShownRelease(BaseModel):
    """A release, what it goes by, and all it has shown."""

    model_config = SECONDS

    release: Release
    plan: ReleasePlan | None = Field(None, description="Fixed when it begins; absent before.")
    shifts: list[Shift] = Field(description="The shares of the traffic it had, in percent; 100 is the promotion.")
    steps: list[ReleaseStep] = Field(description="The steps that every release takes, and what each found.")
    judged: list[Judged] = Field(description="Every judgement, with its numbers and its sentence.")
    wish: Directive | None = Field(None, description="What a person asked of it last; its next look follows it.")


def release_routes(charters: Mapping[str, Charter], catalog: Catalog, control: Control, direct: Direct) -> APIRouter:
    """The releases of models, over these ports."""
    routes = serin_routes("models")

    @routes.get("/models/{model}/releases")
    @needs("read")
    def list_releases(model: str, page: WantedPage) -> Listed[Release]:
        """The releases of a model and how they ended."""
        return listed(catalog.latest_releases(known_model(model, charters), page.limit, page.after))

    @routes.get("/models/{model}/releases/{release}")
    @needs("read")
    def show_release(model: str, release: str) -> ShownRelease:
        """One release: its plan, its shares of the traffic, each step and each judgement."""
        record = catalog.release(known_model(model, charters), release)
        seen = see_release(record, catalog=catalog, control=control)
        return ShownRelease(
            release=seen.release,
            plan=seen.plan,
            shifts=list(seen.shifts),
            steps=list(seen.steps),
            judged=list(seen.judged),
            wish=seen.wish,
        )

    @routes.post("/models/{model}/releases/{release}/{wish}", status_code=202)
    @needs("stop")
    def direct_release(who: Who, model: str, release: str, wish: Wish) -> Directive:
        """Hold a release where it is, go on with it (with a new deadline), or take it back at once.

        To hold or abort it takes `stop` or `release`, to resume it `release`.
        """
        if wish == "resume":
            require(who.scopes, "release", model)
        record = catalog.release(known_model(model, charters), release)
        return direct(wish, record, who.owner, who.request_id)

    return routes
