"""Making the parts of a local cloud, each with its end registered before the next begins."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import TMP_THREADS
from werkzeug.serving import make_server

from infra.local.assets import Assets
from infra.local.events.mappings import Mappings
from infra.local.events.router import Router
from infra.local.events.schedules import Schedules
from infra.local.events.subscriptions import Subscriptions
from infra.local.events.targets import deliver
from infra.local.functions.host import FunctionHost
from infra.local.functions.runtime_folder import runtime_folder
from infra.local.gateway.server import Gateway
from infra.local.invocations import Invocations
from infra.local.routes import route_table
from infra.local.session import Session
from infra.local.telemetry import count_outcome, keep_log
from infra.local.versions import Versions
from infra.local.wiring import ACCOUNT, Wiring, connect, disconnect, refuse_a_second

HOST = "127.0.0.1"
_POLL_S = 0.02
"""How soon the server notices that it is to stop."""


def assemble(ends: ExitStack, region: str, clock_offset_s: float, build: Path, scratch: Path | None) -> Wiring:
    """Start everything, empty; `ends` stops it in the opposite order."""
    refuse_a_second()
    session = Session(scratch)
    ends.callback(session.close)
    ends.callback(disconnect)
    endpoint_url = _serve_moto(ends)
    environment = {"AWS_ENDPOINT_URL": endpoint_url, "SERIN_CLOCK_OFFSET_S": f"{clock_offset_s:.3f}"}
    functions = FunctionHost(session, runtime_folder(build), keep_log, count_outcome, environment=environment)
    ends.callback(functions.stop)
    assets = Assets(session.folder / "code")
    invocations = Invocations(functions, Versions(region, assets), deliver)
    ends.callback(invocations.stop)
    router = Router()
    gateway = Gateway(lambda: route_table(region), invocations.by_arn)
    parts = Wiring(
        region=region,
        endpoint_url=endpoint_url,
        api_url=gateway.url,
        assets=assets,
        invocations=invocations,
        router=router,
        mappings=Mappings(region),
        subscriptions=Subscriptions(),
        schedules=Schedules(region, router),
    )
    connect(parts)
    _run(ends, parts)
    ends.callback(gateway.stop)
    return parts


def _serve_moto(ends: ExitStack) -> str:
    """moto's server on a free port; its state ends with it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server(HOST, 0, app, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), name="moto", daemon=True)
    thread.start()
    ends.callback(moto_api_backend.reset)
    ends.callback(server.server_close)
    ends.callback(thread.join)
    ends.callback(server.shutdown)
    return f"http://{HOST}:{server.server_port}"


def _run(ends: ExitStack, parts: Wiring) -> None:
    for part in (parts.router, parts.subscriptions, parts.schedules):
        part.start()
        ends.callback(part.stop)
    ends.callback(parts.mappings.stop)
    ends.callback(_stop_executions, parts.region)


def running_executions(region: str) -> int:
    """How many executions of state machines have not ended."""
    machines = stepfunctions_parser_backends[ACCOUNT][region].state_machines
    return sum(execution.status == "RUNNING" for machine in machines for execution in machine.executions)


def _stop_executions(region: str) -> None:
    for machine in stepfunctions_parser_backends[ACCOUNT][region].state_machines:
        for execution in machine.executions:
            # An execution that has only just begun has no environment to stop yet.
            with suppress(AttributeError):
                execution.stop(datetime.now(UTC), "LocalCloud", "The local cloud stopped.")
    TMP_THREADS.clear()
