"""The API beside the predictions: what there is, and what a person may start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI

from serin.domain.charter import Charter
from serin.http.approvals import AnswerApproval, approval_routes
from serin.http.audit import audit_routes
from serin.http.batches import ShowBatch, StartBatch, batch_routes
from serin.http.cards import card_routes
from serin.http.console_door import console_routes
from serin.http.console_ports import Deeds, MakePorts
from serin.http.cost import ShowCost, cost_routes
from serin.http.data import ShowProfile, data_routes
from serin.http.errors import answer_errors
from serin.http.features import Read, feature_routes
from serin.http.feedback import Take, feedback_routes
from serin.http.health import ShowHealth, health_routes
from serin.http.logged import Show, logged_routes
from serin.http.maturity import maturity_routes
from serin.http.models import model_routes
from serin.http.openapi import document_route
from serin.http.plans import ShowPlan, plan_routes
from serin.http.releases import Direct, release_routes
from serin.http.served import served_routes
from serin.http.sources import source_routes
from serin.http.views import Publish, view_routes
from serin.http.watch import ShowWatch, Tend, watch_routes
from serin.http.work import Now, Withdraw, work_routes
from serin.ports import Catalog, Control, Workflows


@dataclass(frozen=True)
class UseCases:
    """What is asked for rarely: services of these names, the bus, the clock and the console's ports.

    Their own ports are made when somebody asks.
    """

    show_prediction: Show
    read_online: Read
    show_profile: ShowProfile
    publish: Publish
    withdraw_version: Withdraw
    direct_release: Direct
    give_feedback: Take
    show_watch: ShowWatch
    tend_episode: Tend
    show_health: ShowHealth
    show_cost: ShowCost
    answer_approval: AnswerApproval
    start_batch: StartBatch
    show_batch: ShowBatch
    show_plan: ShowPlan
    now: Now
    console: MakePorts


def make_app(
    charters: Mapping[str, Charter],
    catalog: Catalog,
    control: Control,
    workflows: Workflows,
    use_cases: UseCases,
    rate: tuple[int, int],
) -> FastAPI:
    """The application over these ports and use cases; `rate` are the stage's requests a second, and at once."""
    # A path with a slash at its end is another path: a redirect would name a host behind the gateway.
    app = FastAPI(title="Serin", version="1", openapi_url=None, redirect_slashes=False)
    answer_errors(app)
    for routes in (
        data_routes(charters, catalog, use_cases.show_profile),
        source_routes(charters, catalog),
        model_routes(charters, catalog, control),
        approval_routes(charters, catalog, use_cases.answer_approval),
        audit_routes(charters, catalog, control),
        card_routes(charters, catalog),
        served_routes(charters, catalog, control),
        health_routes(charters, use_cases.show_health),
        cost_routes(charters, use_cases.show_cost),
        release_routes(charters, catalog, control, use_cases.direct_release),
        work_routes(charters, catalog, control, workflows, use_cases.withdraw_version, use_cases.now),
        maturity_routes(charters, catalog, use_cases.now),
        view_routes(charters, catalog, use_cases.publish, use_cases.now),
        logged_routes(use_cases.show_prediction),
        feature_routes(use_cases.read_online),
        feedback_routes(use_cases.give_feedback),
        batch_routes(charters, use_cases.start_batch, use_cases.show_batch),
        plan_routes(charters, use_cases.show_plan),
        watch_routes(charters, use_cases.show_watch, use_cases.tend_episode),
        document_route(app, charters, rate),
    ):
        # As they are: FastAPI would make each a second time to include it, which is half of the first request.
        app.router.routes.extend(routes.routes)
    deeds = Deeds(use_cases.answer_approval, use_cases.direct_release, use_cases.tend_episode)
    app.router.routes.extend(console_routes(charters, catalog, control, use_cases.console, deeds))
    return app
