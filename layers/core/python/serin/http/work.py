"""Routes that begin long work and answer at once with its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from serin.domain.asking import Asking
from serin.domain.charter import Charter
from serin.domain.models import Withdrawal
from serin.domain.people import People
from serin.domain.scopes import require
from serin.http.access import IdempotencyKey, Who, needs
from serin.http.known import Version, known_model
from serin.http.route import serin_routes
from serin.ports import Catalog, Control, Workflows
from serin.services.start_work import start_newest, start_release, start_rerun, start_rollback, start_training

Withdraw = Callable[[str, int, str, str], Withdrawal]
"""Model, version, why, by whom: what is remembered of it."""
Now = Callable[[], datetime]
"""This moment."""


class ReleaseRequest(BaseModel):
    """What is to go live: a registered version, or whatever was live before."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["start", "rollback"]
    version: Annotated[int | None, Field(ge=1, le=999_999_999)] = None

    @model_validator(mode="after")
    def _rollback_needs_no_version(self) -> Self:
        if self.action == "rollback" and self.version is not None:
            raise ValueError("a rollback goes to the version before; to choose one, start it")
        return self


class TrainingRequest(BaseModel):
    """What is to be trained: on the data of now, or a run that is to be repeated as it was."""

    model_config = ConfigDict(extra="forbid")

    repeat: Annotated[str | None, Field(min_length=1, max_length=80)] = None


class WithdrawalRequest(BaseModel):
    """Why a version is to be nobody's champion and is not to be released again."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(min_length=1, max_length=500)]


class Training(BaseModel):
    """A training that has begun."""

    run: str = Field(description="Its id among the model's runs.")


class ReleaseBegun(BaseModel):
    """A release that has begun."""

    release: str = Field(description="Its id among the model's releases.")


def work_routes(
    charters: Mapping[str, Charter],
    catalog: Catalog,
    control: Control,
    workflows: Workflows,
    withdraw: Withdraw,
    now: Now,
) -> APIRouter:
    """What a person may start, over these ports."""
    routes = serin_routes("work")

    def begun(model: str, wanted: ReleaseRequest, asking: Asking, people: People) -> str:
        if wanted.action == "rollback":
            return start_rollback(model, asking, catalog=catalog, control=control, workflows=workflows)
        if wanted.version is None:
            return start_newest(model, asking, people, catalog=catalog, control=control, workflows=workflows)
        return start_release(
            model, wanted.version, asking, people, catalog=catalog, control=control, workflows=workflows
        )

    @routes.post("/models/{model}/train", status_code=202)
    @needs("train")
    def train(who: Who, model: str, wanted: TrainingRequest | None = None, key: IdempotencyKey = None) -> Training:
        """Train now, or repeat a run, which is compared and never released.

        The same `Idempotency-Key` gives the same run.
        """
        people = charters[known_model(model, charters)].people
        asking = who.asking(key, now())
        if wanted is not None and wanted.repeat is not None:
            rerun = start_rerun(model, wanted.repeat, asking, people, catalog=catalog, workflows=workflows)
            return Training(run=rerun)
        return Training(run=start_training(model, asking, people, catalog=catalog, workflows=workflows))

    @routes.post("/models/{model}/releases", status_code=202)
    @needs("release")
    def release(who: Who, model: str, wanted: ReleaseRequest, key: IdempotencyKey = None) -> ReleaseBegun:
        """Make a version live, the newest unless it is live if none is named, or put back the one before.

        The same `Idempotency-Key` gives the same release.
        """
        people = charters[known_model(model, charters)].people
        asking = who.asking(key, now())
        return ReleaseBegun(release=begun(model, wanted, asking, people))

    @routes.post("/models/{model}/versions/{version}/withdraw")
    @needs("stop")
    def withdraw_version(who: Who, model: str, version: Version, wanted: WithdrawalRequest) -> Withdrawal:
        """Take a version out of contests and releases; while it is live it answers on until another one is.

        It takes `stop` or `release`; of the version that is live, `release`.
        """
        live = control.live(known_model(model, charters))
        if live is not None and live.version == version:
            require(who.scopes, "release", model)
        return withdraw(known_model(model, charters), version, wanted.why, who.owner)

    return routes
