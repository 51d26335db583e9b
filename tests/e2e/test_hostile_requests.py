"""Hostile requests through the handlers as API Gateway's events, and over HTTP past the authorizer.

`./scripts/bench fuzz` sends thousands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

import httpx
import pytest

from benches.hostile.bodies import api_requests
from benches.hostile.handlers import Handlers
from benches.hostile.sending import api_routes, document_of, fuzz_handlers, send_http
from benches.hostile.tally import Tally
from benches.hostile.world import world_of
from serin.services.predict import Predictor
from serin.serving.package import find_package
from serin_cli.local import EVERYTHING, running
from serin_cli.walk import CLOCK, MODEL
from tests.builders import contracts_of_orders
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import on_path, orders_charter, release

SEED = 20130401
IN_PROCESS, OVER_HTTP = 1_500, 150
GOOD = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0}


@pytest.fixture(scope="module")
def handlers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handlers]:
    charter = orders_charter()
    released = release(tmp_path_factory.mktemp("layer"), charter, order_columns())
    with on_path(released.folder):
        world = world_of(charter, contracts_of_orders())
        yield Handlers(
            world,
            Predictor(find_package(), 7, released.sha256, online=world.online, clock=world.clock, function_version="8"),
            EVERYTHING,
        )


@pytest.fixture(scope="module")
def tally(handlers: Handlers) -> Tally:
    return fuzz_handlers(handlers, "late-orders", "orders", GOOD, IN_PROCESS, SEED)


def examples(tally: Tally) -> str:
    return f"seed {SEED}: " + json.dumps(tally.figures()["examples"], indent=1)[:8000]


def test_no_request_to_a_handler_ends_in_a_server_error_a_leak_or_a_broken_log(tally: Tally) -> None:
    assert (tally.server_errors, tally.leaks, tally.broken_logs) == (0, 0, 0), examples(tally)


def test_every_refusal_of_a_handler_has_the_errors_shape(tally: Tally) -> None:
    assert tally.shapeless == 0, examples(tally)


def test_the_requests_were_of_every_kind_some_right_and_most_wrong(tally: Tally, handlers: Handlers) -> None:
    assert tally.requests == IN_PROCESS
    assert tally.statuses["200"] > IN_PROCESS / 20, "nearly all were refused: nothing behind the checks was looked at"
    assert tally.statuses["422"] > IN_PROCESS / 4, "hardly anything was refused: these are no hostile requests"
    assert len(tally.routes) > len(api_routes(document_of(handlers)))


def test_no_request_over_http_ends_in_a_server_error_or_without_the_errors_shape(handlers: Handlers) -> None:
    routes = [route for route in api_routes(document_of(handlers)) if route.startswith("GET ")]
    sent_over_http = Tally()
    with running(CLOCK) as platform:
        headers = {"authorization": f"Bearer {platform.connection.token}"}
        with httpx.Client(base_url=platform.connection.api_url, headers=headers, timeout=35) as client:
            for sent in islice(api_requests(routes, MODEL, "flights", SEED), OVER_HTTP):
                sent_over_http.add("http", sent, send_http(client, sent))
    assert sent_over_http.faults == 0, examples(sent_over_http)
    assert sent_over_http.requests == OVER_HTTP
