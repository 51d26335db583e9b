"""HTTP API → the FastAPI application."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from mangum import Mangum

from serin.bootstrap import platform
from serin.domain.actual_cost import ActualCost
from serin.domain.approvals import Approval, Word
from serin.domain.batches import Batch
from serin.domain.charter import Charter
from serin.domain.cut_plan import CutPlan
from serin.domain.events import Event
from serin.domain.feedback import Feedback
from serin.domain.health import Health
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.models import Withdrawal
from serin.domain.profiles import ShownProfile
from serin.domain.release_record import Directive, Wish
from serin.domain.releases import Release
from serin.http.app import UseCases, make_app
from serin.http.console_ports import ConsolePorts
from serin.http.errors import Told
from serin.logs import logged, of_answer
from serin.services.answer_approval import answer_approval
from serin.services.direct_release import direct_release
from serin.services.give_feedback import FeedbackTaken, give_feedback
from serin.services.online_features import Answer, Question, read_online
from serin.services.show_batch import ShownBatch, show_batch
from serin.services.show_cost import show_cost
from serin.services.show_health import show_health
from serin.services.show_plan import show_plan
from serin.services.show_prediction import Shown, show_prediction
from serin.services.show_profile import show_profile
from serin.services.show_watch import ShownWatch, show_watch
from serin.services.start_batch import start_batch
from serin.services.tend_episode import Deed, tend_episode
from serin.services.withdraw_version import withdraw_version


@logged("api", lambda: platform().clock, of_answer)
def handle(event: Any, context: Any) -> Any:
    """Answer one request."""
    return adapter()(event, context)


@cache
def adapter() -> Mangum:
    """The application, made at the first request."""
    world = platform()
    ports = world.catalog, world.control, world.workflows
    rare = UseCases(
        *(show, read, profile, publish, withdraw, direct, take, watch, tend, health, cost),
        *(answer, begin_batch, batch_progress, plan, now, console),
    )
    app = make_app(world.charters, *ports, rare, world.request_rate)
    return Mangum(Told(app), lifespan="off")


def now() -> datetime:
    """This moment."""
    return platform().clock.now()


def console() -> ConsolePorts:
    """What pages need; who asks for none waits for no client of S3."""
    world = platform()
    return ConsolePorts(world.clock, world.lake, world.uploads, world.contracts)


def show(prediction: str, correlation: str) -> Shown:
    """A prediction; who asks for none waits for no client of S3 or Lambda."""
    world = platform()
    return show_prediction(
        *(prediction, world.charters, correlation),
        lake=world.lake,
        catalog=world.catalog,
        endpoint=world.endpoint,
        clock=world.clock,
    )


def publish(event: Event) -> None:
    """An event of ours; who sends none waits for no client of the bus."""
    platform().events.publish(event)


def withdraw(model: str, version: int, why: str, by: str) -> Withdrawal:
    """A version taken out of use."""
    world = platform()
    return withdraw_version(model, version, why, by, catalog=world.catalog, clock=world.clock)


def direct(wish: Wish, release: Release, by: str, correlation: str) -> Directive:
    """What a person wishes of a release."""
    world = platform()
    return direct_release(
        *(wish, release, by, correlation),
        catalog=world.catalog,
        control=world.control,
        events=world.events,
        clock=world.clock,
    )


def take(model: str, items: Sequence[Feedback], token: str) -> FeedbackTaken:
    """Feedback; who gives none waits for no client of S3."""
    world = platform()
    return give_feedback(
        *(model, items, token, world.charters), lake=world.lake, catalog=world.catalog, clock=world.clock
    )


def watch(model: str, window: date | None) -> ShownWatch:
    """How a model is doing; who does not ask waits for no client of S3."""
    world = platform()
    return show_watch(model, window, catalog=world.catalog, lake=world.lake)


def tend(model: str, feature: str, deed: Deed, by: str) -> Episode:
    """What a person says of an episode."""
    world = platform()
    return tend_episode(model, feature, deed, by, catalog=world.catalog, clock=world.clock)


def read(question: Question) -> Answer:
    """Features; who asks for none waits for nothing of the online store."""
    world = platform()
    return read_online(question, world.charters, online=world.online, clock=world.clock, salts=lambda: world.salts)


def health(model: str, span: timedelta) -> Health:
    """How the versions of an endpoint do; who asks for none waits for no client of S3."""
    world = platform()
    return show_health(model, span, lake=world.lake, catalog=world.catalog, clock=world.clock)


def cost(charter: Charter, span: timedelta) -> ActualCost:
    """What a model has cost; who does not ask waits for no client of S3."""
    world = platform()
    return show_cost(charter, span, lake=world.lake, catalog=world.catalog, clock=world.clock)


def answer(model: str, approval: str, word: Word, why: str, by: str, token: str) -> Approval:
    """What a person says to a question."""
    world = platform()
    return answer_approval(
        *(model, approval, word, why, by, token, world.charters[model].people),
        catalog=world.catalog,
        clock=world.clock,
        workflows=world.workflows,
    )


def begin_batch(model: str, file: str, version: int | None, by: str, correlation: str, again: str | None) -> Batch:
    """A file that is going to be scored; who sends none waits for no client of S3."""
    world = platform()
    return start_batch(
        *(model, file, version, by, correlation, again),
        uploads=world.uploads,
        lake=world.lake,
        catalog=world.catalog,
        control=world.control,
        workflows=world.workflows,
        clock=world.clock,
    )


def batch_progress(model: str, batch: str) -> ShownBatch:
    """How far a batch is."""
    world = platform()
    return show_batch(model, batch, lake=world.lake, workflows=world.workflows)


def profile(dataset: str, model: str | None) -> ShownProfile:
    """A dataset's profile; who asks for none waits for no client of S3."""
    world = platform()
    return show_profile(dataset, model, world.charters, catalog=world.catalog, lake=world.lake)


def plan(model: str) -> CutPlan:
    """What a training set would take; who does not ask waits for no client of S3."""
    world = platform()
    return show_plan(world.charters[model], world.contracts, catalog=world.catalog, lake=world.lake)
