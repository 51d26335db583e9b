"""Making the parts of a local cloud, each with its end registered before the next begins."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from moto.moto_api._internal.models import moto_api_backend

from infra.local.account import USUAL, Account
from infra.local.activity import Activity
from infra.local.clock import VirtualClock
from infra.local.clock.route import ClockRoute, Walker
from infra.local.clock.virtual import Progress
from infra.local.deploy.assets import Assets
from infra.local.door.endpoint import Door
from infra.local.door.proof import is_administrators
from infra.local.door.server import Server
from infra.local.iam.guard import Guard
from infra.local.iam.keys import new_owner
from infra.local.moto_patches.applications import Applications
from infra.local.processor import Spent
from infra.local.services.all import every_service
from infra.local.services.apigatewayv2.gateway.server import Gateway
from infra.local.services.apigatewayv2.routes import route_table
from infra.local.services.apigatewayv2.telemetry import count_call
from infra.local.services.awslambda.event_sources.mappings import Mappings
from infra.local.services.awslambda.functions.host import FunctionHost
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.local.services.awslambda.invocations import Invocations
from infra.local.services.awslambda.telemetry import count_outcome, keep_log
from infra.local.services.awslambda.versions import Versions
from infra.local.services.events.router import Router
from infra.local.services.logs.subscriptions import Subscriptions
from infra.local.services.sagemaker.jobs import TrainingJobs
from infra.local.services.service import Services, Timer
from infra.local.services.stepfunctions.stopping import stop_executions
from infra.local.session import Session
from infra.local.wiring import Wiring, connect, disconnect, refuse_a_second, wiring

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from infra.local.state.keeping import State

HOST = "127.0.0.1"
_POLL_S = 0.02
"""How soon the server notices that it is to stop."""

_STEP_S = 960.0
"""The longest a function may run, and a little."""

_GLANCE_S = 0.0005
"""Between two looks whether everything has come to rest."""

_LOGS = "log deliveries"


def assemble(
    ends: ExitStack,
    region: str,
    clock: VirtualClock,
    build: Path,
    scratch: Path | None,
    state: State | None = None,
    account: Account = USUAL,
) -> Wiring:
    """Start everything, empty, where `state` says it was; `ends` stops it in the opposite order."""
    refuse_a_second()
    session = Session(scratch)
    ends.callback(session.close)
    ends.callback(disconnect)
    endpoint_url = _serve_moto(ends, clock, state, account)
    environment, runtime = _environment(session, clock, endpoint_url), runtime_folder(build)
    functions = _functions(ends, session, clock, runtime, environment, account)
    jobs = TrainingJobs(session, runtime, environment, account.training_instances)
    ends.callback(jobs.end)
    assets = state.assets if state else Assets(session.folder / "code")
    invocations = Invocations(functions, Versions(region, assets))
    ends.callback(invocations.stop)
    routes, port = partial(route_table, region), state.api_port if state else 0
    gateway = Gateway(
        *(routes, invocations.by_arn),
        now_ms=clock.now_ms,
        port=port,
        now_s=clock.time,
        count=count_call,
        throttles=account.throttles,
    )
    moving = assets, invocations, jobs, Router(), Mappings(region), Subscriptions()
    services = every_service()
    parts = Wiring(
        region=region,
        endpoint_url=endpoint_url,
        api_url=gateway.url,
        owner=new_owner(),
        clock=clock,
        activity=Activity(
            _moves(functions, clock),
            lambda: clock.waiting.turns,
            {_LOGS: lambda: wiring().part(Subscriptions).hand_over()},
        ),
        guard=Guard(),
        services=services,
        parts=(*moving, *_timers(services, region, clock)),
    )
    connect(parts)
    _run(ends, parts)
    ends.callback(gateway.stop)
    return parts


def _environment(session: Session, clock: VirtualClock, endpoint_url: str) -> Mapping[str, str]:
    """Functions and jobs find AWS's API, and what time it is, by their environment."""
    clock.share(session.folder / "clock")
    return {"AWS_ENDPOINT_URL": endpoint_url, "SERIN_CLOCK_FILE": str(session.folder / "clock")}


def _functions(
    ends: ExitStack,
    session: Session,
    clock: VirtualClock,
    runtime: Path,
    environment: Mapping[str, str],
    account: Account,
) -> FunctionHost:
    functions = FunctionHost(
        *(session, runtime, keep_log, count_outcome),
        environment=environment,
        now_ms=clock.now_ms,
        concurrency=account.concurrency,
    )
    ends.callback(functions.stop)
    return functions


def _moves(functions: FunctionHost, clock: VirtualClock) -> Mapping[str, Callable[[], bool]]:
    """What moves by itself, by name, and whether it does."""
    return {
        "events": lambda: not wiring().part(Router).idle,
        "messages": lambda: not wiring().part(Mappings).idle,
        "functions": lambda: functions.is_running,
        "asynchronous invocations": lambda: not wiring().part(Invocations).idle,
        _LOGS: lambda: not wiring().part(Subscriptions).idle,
        "executions": clock.waiting.moving,
    }


def _timers(services: Services, region: str, clock: VirtualClock) -> tuple[Timer, ...]:
    """Everything that happens by itself, on the clock. Of what is due at one moment the first happens first."""
    timers = tuple(timer for service in services for timer in service.timers(region, clock))
    for timer in timers:
        clock.watch(timer.due, timer.fire)
    return timers


def _serve_moto(ends: ExitStack, clock: VirtualClock, state: State | None, account: Account) -> str:
    """moto's server on a free port, or where it was, with the clock's route; moto's own state ends with it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # It says that tolerated failures have no effect, which they have here.
    logging.getLogger("moto.stepfunctions.parser.asl.parse.preprocessor").setLevel(logging.ERROR)
    # It tells of each expression that leads nowhere, which a state may ask for; histories tell of executions that fail.
    logging.getLogger("moto.stepfunctions.parser.asl.component.eval_component").setLevel(logging.CRITICAL)
    app: WSGIApplication = ClockRoute(Applications(), clock, Walker(advance, _busy, _spent), is_administrators)
    if state:
        app = state.traffic.around(app)
    server = Server(HOST, state.endpoint_port if state else 0, account.far_away(Door(app)))
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), name="moto", daemon=True)
    thread.start()
    ends.callback(moto_api_backend.reset)
    if state:
        ends.callback(state.end)
    ends.callback(server.server_close)
    ends.callback(thread.join)
    ends.callback(server.shutdown)
    return f"http://{HOST}:{server.server_port}"


def advance(to: datetime, progress: Progress | None = None) -> None:
    """Walk the running cloud's clock to a moment; each step may take as long as a function may run."""
    parts = wiring()
    parts.clock.advance(to, lambda: parts.activity.rest(_STEP_S, _GLANCE_S), progress)


def spent_by_functions(parts: Wiring) -> Mapping[str, Spent]:
    """What each has taken so far, by its name."""
    return parts.part(Invocations).work.spent


def _busy() -> list[str]:
    """The functions that run, or else whatever else moves."""
    return wiring().part(Invocations).work.running or wiring().activity.moving()


def _spent() -> Mapping[str, float]:
    return wiring().part(Invocations).work.seconds


def _run(ends: ExitStack, parts: Wiring) -> None:
    parts.clock.start()
    ends.callback(parts.clock.close)
    for part in (parts.part(Router), parts.part(Subscriptions)):
        part.start()
        ends.callback(part.stop)
    ends.callback(parts.part(Mappings).stop)
    ends.callback(stop_executions, parts.region)
