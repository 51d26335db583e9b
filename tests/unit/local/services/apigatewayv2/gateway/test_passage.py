"""What the gateway refuses by itself, and what it lets through."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from infra.local.delivery.outcome import Outcome
from infra.local.services.apigatewayv2.gateway.asgi import BODY_LIMIT
from infra.local.services.apigatewayv2.gateway.server import Gateway
from infra.local.services.apigatewayv2.model import Authorizer, Route, RouteTable, Throttle
from serin.domain.errors import Conflict
from tests.unit.local.services.apigatewayv2.gateway.conftest import Api
from tests.waiting import PATIENCE_S

AUTHORIZER = Authorizer("the-authorizer", "authorize", ("$request.header.Authorization",), ttl_s=60)


@pytest.fixture
def guarded(api: Api) -> Api:
    """Two routes behind one authorizer that knows the token `good`."""
    api.routes(Route("GET /models/{model}", "models", AUTHORIZER), Route("GET /runs", "runs", AUTHORIZER))
    api.functions["authorize"] = lambda event: {
        "isAuthorized": event["identitySource"] == ["good"],
        "context": {"owner": "ops", "scopes": "read"},
    }
    api.functions["models"] = api.functions["runs"] = lambda event: event["requestContext"]["authorizer"]
    return api


def get(api: Api, url: str, token: str | None = "good") -> httpx.Response:
    return api.client.get(url, headers={} if token is None else {"Authorization": token})


def refused(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()


def test_the_authorizers_context_reaches_the_function(guarded: Api) -> None:
    assert get(guarded, "/models/m").json() == {"lambda": {"owner": "ops", "scopes": "read"}}


def test_the_authorizer_gets_the_request_in_payload_2_0(guarded: Api) -> None:
    get(guarded, "/models/m?x=1")
    (event,) = guarded.events_of("authorize")
    assert event["version"] == "2.0"
    assert event["type"] == "REQUEST"
    assert event["routeArn"] == "arn:aws:execute-api:eu-central-1:123456789012:abc123/$default/GET/models/m"
    assert event["identitySource"] == ["good"]
    assert event["routeKey"] == "GET /models/{model}"
    assert event["pathParameters"] == {"model": "m"}
    assert event["queryStringParameters"] == {"x": "1"}
    assert event["headers"]["authorization"] == "good"
    assert event["requestContext"]["http"]["method"] == "GET"
    assert "body" not in event


def test_without_its_identity_a_request_is_unauthorized_and_nobody_is_asked(guarded: Api) -> None:
    assert refused(get(guarded, "/runs", token=None)) == (401, {"message": "Unauthorized"})
    assert refused(get(guarded, "/runs", token="")) == (401, {"message": "Unauthorized"})
    assert guarded.events == []


def test_who_is_not_authorized_is_forbidden_and_the_function_is_not_invoked(guarded: Api) -> None:
    assert refused(get(guarded, "/runs", token="bad")) == (403, {"message": "Forbidden"})
    assert guarded.events_of("runs") == []


def test_a_decision_holds_for_its_time_over_all_routes_and_for_its_identity_only(guarded: Api) -> None:
    get(guarded, "/models/m")
    get(guarded, "/runs")
    assert len(guarded.events_of("authorize")) == 1
    get(guarded, "/runs", token="bad")
    get(guarded, "/models/m", token="bad")
    assert len(guarded.events_of("authorize")) == 2
    guarded.seconds = 59.9
    get(guarded, "/runs")
    assert len(guarded.events_of("authorize")) == 2
    guarded.seconds = 60.1
    get(guarded, "/runs")
    assert len(guarded.events_of("authorize")) == 3


def test_without_a_time_to_live_every_request_is_asked_for(guarded: Api) -> None:
    guarded.routes(Route("GET /runs", "runs", Authorizer("a", "authorize", AUTHORIZER.identity_sources, ttl_s=0)))
    get(guarded, "/runs")
    get(guarded, "/runs")
    assert len(guarded.events_of("authorize")) == 2


def test_every_identity_source_is_part_of_the_identity(guarded: Api) -> None:
    sources = ("$request.header.Authorization", "$request.querystring.tenant", "$context.routeKey")
    guarded.routes(Route("GET /runs", "runs", Authorizer("a", "authorize", sources, ttl_s=60)))
    assert get(guarded, "/runs").status_code == 401
    get(guarded, "/runs?tenant=x")
    (event,) = guarded.events_of("authorize")
    assert event["identitySource"] == ["good", "x", "GET /runs"]


def test_a_decision_holds_for_all_its_identity_sources_together(guarded: Api) -> None:
    sources = ("$request.header.Authorization", "$request.querystring.tenant")
    guarded.routes(Route("GET /runs", "runs", Authorizer("a", "authorize", sources, ttl_s=60)))
    guarded.functions["authorize"] = lambda event: {"isAuthorized": event["identitySource"] == ["good", "x"]}
    asked = [("good", "x"), ("good", "y"), ("x", "good"), ("bad", "x"), ("good", "x"), ("good", "y")]
    statuses = [get(guarded, f"/runs?tenant={tenant}", token).status_code for token, tenant in asked]
    assert statuses == [200, 403, 403, 403, 200, 403]
    seen = [event["identitySource"] for event in guarded.events_of("authorize")]
    assert seen == [["good", "x"], ["good", "y"], ["x", "good"], ["bad", "x"]], "the last two were known"


def test_two_authorizers_do_not_share_a_decision(guarded: Api) -> None:
    other = Authorizer("another", "never", AUTHORIZER.identity_sources, ttl_s=60)
    guarded.routes(Route("GET /runs", "runs", AUTHORIZER), Route("GET /models", "models", other))
    guarded.functions["never"] = lambda event: {"isAuthorized": False}
    assert [get(guarded, path).status_code for path in ("/runs", "/models", "/runs")] == [200, 403, 200]


@pytest.mark.parametrize(
    "answer", [Outcome("error", b"{}", "r", "Unhandled"), {"isAuthorized": "yes"}, ["no object"], {}]
)
def test_an_authorizer_that_fails_is_an_internal_server_error_and_is_asked_again(guarded: Api, answer: Any) -> None:
    guarded.functions["authorize"] = lambda event: answer
    assert refused(get(guarded, "/runs")) == (500, {"message": "Internal Server Error"})
    get(guarded, "/runs")
    assert len(guarded.events_of("authorize")) == 2


def test_a_path_without_route_is_not_found(api: Api) -> None:
    assert refused(api.client.get("/nowhere")) == (404, {"message": "Not Found"})


def test_a_route_deployed_later_is_found(api: Api) -> None:
    api.client.get("/later")
    api.routes(Route("GET /later", "function"))
    api.functions["function"] = lambda event: "here"
    assert api.client.get("/later").json() == "here"


def test_beyond_the_burst_requests_are_too_many_until_the_rate_refills_it(api: Api) -> None:
    api.routes(
        Route("GET /a", "function"),
        Route("GET /b", "function", throttle=Throttle(100, 100)),
        throttle=Throttle(rate=1, burst=2),
    )
    api.functions["function"] = lambda event: "here"
    assert [api.client.get("/a").status_code for _ in range(3)] == [200, 200, 429]
    assert refused(api.client.get("/a")) == (429, {"message": "Too Many Requests"})
    assert api.client.get("/b").status_code == 200
    api.seconds = 1.0
    assert [api.client.get("/a").status_code for _ in range(2)] == [200, 429]
    api.seconds = 1000.0
    assert [api.client.get("/a").status_code for _ in range(3)] == [200, 200, 429], "what was not used is not saved up"


def test_each_route_without_a_limit_of_its_own_has_the_stages_by_itself(api: Api) -> None:
    api.routes(Route("GET /a", "function"), Route("GET /b", "function"), throttle=Throttle(rate=1, burst=1))
    api.functions["function"] = lambda event: "here"
    assert [api.client.get(path).status_code for path in ("/a", "/b", "/a", "/b")] == [200, 200, 429, 429]


def test_a_deploy_of_another_limit_counts_at_once(api: Api) -> None:
    api.functions["function"] = lambda event: "here"
    for burst in (1, 3, 2):
        api.routes(Route("GET /a", "function"), throttle=Throttle(rate=1, burst=burst))
        assert [api.client.get("/a").status_code for _ in range(burst + 1)] == [*burst * [200], 429]


def test_a_body_beyond_the_limit_is_refused(api: Api) -> None:
    api.routes(Route("POST /", "function"))
    api.functions["function"] = lambda event: len(event["body"])
    headers = {"content-type": "text/plain"}
    assert api.client.post("/", content=b"x" * BODY_LIMIT, headers=headers).json() == BODY_LIMIT
    response = api.client.post("/", content=b"x" * (BODY_LIMIT + 1), headers=headers)
    assert refused(response) == (413, {"message": "Request Entity Too Large"})


def test_a_function_that_takes_too_long_is_an_unavailable_service(api: Api) -> None:
    finish = threading.Event()
    api.routes(Route("GET /", "slow", timeout_s=0.1))
    api.functions["slow"] = lambda event: finish.wait(PATIENCE_S)
    assert refused(api.client.get("/")) == (503, {"message": "Service Unavailable"})
    finish.set()


def test_fifty_requests_are_answered_at_once_over_kept_connections(api: Api) -> None:
    everybody = threading.Barrier(50, timeout=PATIENCE_S)
    api.routes(Route("GET /", "meet"))
    api.functions["meet"] = lambda event: everybody.wait() >= 0
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: api.client.get("/").json(), range(50)))
    assert answers == [True] * 50


def test_a_reply_is_not_held_back_by_nagles_algorithm(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take the 40 ms that a client's kernel delays its acknowledgement."""
    delays: list[bool] = []
    made = H11Protocol.connection_made

    def seen(protocol: H11Protocol, transport: asyncio.Transport) -> None:  # type: ignore[override]
        connection = transport.get_extra_info("socket")
        delays.append(not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(protocol, transport)

    monkeypatch.setattr(H11Protocol, "connection_made", seen)
    api.routes(Route("POST /", "quick"))
    api.functions["quick"] = lambda event: "here"
    assert api.client.post("/", content=b"x").json() == "here"
    assert delays == [False]


def test_stopping_frees_the_port_and_a_taken_port_is_named(api: Api) -> None:
    port = int(api.gateway.url.rpartition(":")[2])
    with pytest.raises(Conflict, match=str(port)):
        Gateway(lambda: api.table, lambda arn, payload: Outcome("ok", b"", "r"), now_ms=lambda: 0, port=port)
    api.gateway.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_connection_that_nobody_uses_is_given_up_by_its_caller_first(api: Api) -> None:
    callers = httpx.Limits().keepalive_expiry
    assert callers is not None
    assert api.gateway._server.config.timeout_keep_alive >= 10 * callers


def test_a_gateway_of_a_laptop_lets_in_all_that_come() -> None:
    table = RouteTable(
        "123456789012", "abc123", "eu-central-1", (Route("GET /a", "f"),), throttle=Throttle(rate=1, burst=1)
    )
    outcome = Outcome("ok", b'"here"', "request")
    gateway = Gateway(lambda: table, lambda *_: outcome, now_ms=lambda: 0, now_s=lambda: 0.0, throttles=False)
    try:
        with httpx.Client(base_url=gateway.url, trust_env=False) as client:
            assert [client.get("/a").status_code for _ in range(3)] == [200] * 3
    finally:
        gateway.stop()
