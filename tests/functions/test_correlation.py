"""One id from the upload or the HTTP call to every step it causes, handler by handler."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.functions.handlers import handler, saved_event
from tests.functions.test_handlers import CSV, a_message
from tests.functions.test_hostile_events import Reading
from tests.functions.worlds import World, in_world

KEY = "raw/orders/a.csv"


def correlation_of_upload(world: World) -> str:
    world.uploads.put(KEY, CSV)
    in_world("accept_upload", world).handle({"Records": [a_message(KEY)]}, None)
    return world.events.published[-1].correlation


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_uploads_id_is_in_its_line_and_goes_on_to_the_features(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World()
    correlation = correlation_of_upload(world)
    accepted = world.events.published[-1]
    event = {"detail": {**accepted.detail, "correlation": correlation}}
    in_world("build_features", world).handle(event, None)
    built = world.events.published[-1]
    assert (built.name, built.correlation) == ("Features Built", correlation)
    lines = printed(capsys)
    lines = [line for line in lines if "_aws" not in line]  # metrics are of no piece of work
    assert [line["function"] for line in lines] == ["accept_upload", "build_features"]
    assert {line["correlation"] for line in lines} == {correlation}
    assert {line["upload_id"] for line in lines} == {accepted.detail["upload_id"]}


def test_a_second_delivery_has_the_same_id() -> None:
    world = World()
    assert correlation_of_upload(world) == correlation_of_upload(world)
    first, second = world.events.published
    assert first == second


def test_a_release_says_at_its_end_what_it_began_with(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    module = in_world("release_model", world)
    given = {"model": "late-orders", "version": 9, "release": "rel1", "cause": "call", "correlation": "c1"}
    with pytest.raises(Exception, match="version 9"):
        module.handle({**given, "step": "begin"}, None)
    (line,) = printed(capsys)
    assert (line["correlation"], line["step"], line["release"], line["kind"]) == ("c1", "begin", "rel1", "not_found")


def test_a_refused_request_for_a_prediction_is_told_under_the_gateways_id(capsys: pytest.CaptureFixture[str]) -> None:
    module: Any = handler("predict")
    module.platform = World
    event = {**saved_event("http_predict"), "body": "é", "isBase64Encoded": True}
    module.predictor = Reading
    assert module.handle(event, None)["statusCode"] == 422
    (line,) = printed(capsys)
    assert (line["correlation"], line["status"], line["kind"]) == ("JKJaXmPLvHcESHA=", 422, "invalid")
    assert line["route"] == "POST /models/flight-delay/{proxy+}"
    assert not {"message", "version"} & line.keys()


def test_the_authorizer_tells_that_it_let_somebody_in_and_never_whom(
    capsys: pytest.CaptureFixture[str],
) -> None:
    event = {"headers": {"authorization": "Bearer serin_secret"}, "requestContext": {"requestId": "gw-1"}}
    in_world("authorize", World()).handle(event, None)
    text = capsys.readouterr().out
    assert "serin_secret" not in text
    line = json.loads(text)
    assert (line["correlation"], line["outcome"]) == ("gw-1", "refused")


def test_a_fault_behind_the_api_is_answered_and_told_in_one_line(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    world: Any = World()
    world.workflows, world.control = None, None
    module = in_world("api", world)
    http = {"method": "GET", "path": "/models", "sourceIp": "10.0.0.1", "protocol": "HTTP/1.1"}
    known = {"lambda": {"owner": "ana", "scopes": "read"}}
    call = {"routeKey": "GET /models", "requestId": "gw-1", "http": http, "authorizer": known}
    event = {"version": "2.0", "rawPath": "/models", "rawQueryString": "", "headers": {}, "requestContext": call}
    answer = module.handle(event, None)
    assert answer["statusCode"] == 500
    assert "gw-1" in answer["body"]
    (line,) = printed(capsys)
    assert (line["correlation"], line["kind"], line["status"]) == ("gw-1", "AttributeError", 500)
    assert "list_models" in line["traceback"]
    assert caplog.records == []
