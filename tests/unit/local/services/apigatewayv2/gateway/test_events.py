"""Payload format 2.0, to and from."""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx
import pytest

from infra.local.delivery.outcome import Outcome
from infra.local.services.apigatewayv2.model import Route
from tests.unit.local.services.apigatewayv2.gateway.conftest import Api


def sent(api: Api, method: str, url: str, **request: Any) -> dict[str, Any]:
    api.routes(Route("ANY /models/{model}/predict", "predict:live"), Route("$default", "predict:live"))
    api.functions["predict:live"] = lambda event: "fine"
    assert api.client.request(method, url, **request).status_code == 200
    (event,) = api.events_of("predict:live")
    return event


def test_an_event_is_complete_and_says_nothing_else(api: Api) -> None:
    event = sent(
        api,
        "POST",
        "/models/flight%20delay/predict?a=1&a=2&b=x%20y",
        headers=[("X-Twice", "one"), ("X-Twice", "two"), ("Cookie", "k=1; l=2"), ("User-Agent", "test")],
        json={"x": 1},
    )
    headers = event.pop("headers")
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers.pop("x-amzn-trace-id"))
    port = api.gateway.url.rpartition(":")[2]
    assert headers == {
        "accept": "*/*",
        "accept-encoding": headers["accept-encoding"],
        "connection": "keep-alive",
        "content-length": "7",
        "content-type": "application/json",
        "host": f"127.0.0.1:{port}",
        "user-agent": "test",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": port,
        "x-forwarded-proto": "http",
        "x-twice": "one,two",
    }
    request_id = event["requestContext"].pop("requestId")
    assert re.fullmatch(r"[A-Za-z0-9+/]{15}=", request_id)
    assert event == {
        "version": "2.0",
        "routeKey": "ANY /models/{model}/predict",
        "rawPath": "/models/flight delay/predict",
        "rawQueryString": "a=1&a=2&b=x%20y",
        "cookies": ["k=1", "l=2"],
        "queryStringParameters": {"a": "1,2", "b": "x y"},
        "pathParameters": {"model": "flight delay"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abc123",
            "http": {
                "method": "POST",
                "path": "/models/flight delay/predict",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "routeKey": "ANY /models/{model}/predict",
            "stage": "$default",
            "time": "14/Nov/2023:22:13:20 +0000",
            "timeEpoch": 1700000000123,
        },
        "body": '{"x":1}',
        "isBase64Encoded": False,
    }


def test_a_parameter_without_a_value_is_empty_and_there(api: Api) -> None:
    event = sent(api, "GET", "/x?a=&b&c=1")
    assert event["queryStringParameters"] == {"a": "", "b": "", "c": "1"}


def test_what_a_request_lacks_the_event_lacks(api: Api) -> None:
    event = sent(api, "GET", "/")
    assert event.keys() == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "isBase64Encoded",
    }
    assert event["rawQueryString"] == ""


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/csv", "application/xml"])
def test_text_arrives_as_text(api: Api, content_type: str) -> None:
    event = sent(api, "POST", "/", content="é".encode(), headers={"content-type": content_type})
    assert (event["body"], event["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/octet-stream"},
        {"content-type": "application/x-www-form-urlencoded"},
        {},
    ],
)
def test_anything_else_arrives_as_base64(api: Api, headers: dict[str, str]) -> None:
    event = sent(api, "POST", "/", content=b"\x00\xff", headers=headers)
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\x00\xff", True)


def test_a_named_stage_is_part_of_the_path_and_not_of_the_route(api: Api) -> None:
    api.routes(Route("GET /models", "list"), stage="dev")
    api.functions["list"] = lambda event: event["rawPath"]
    assert api.client.get("/dev/models").json() == "/dev/models"
    assert api.client.get("/models").status_code == 404


def answered(api: Api, answer: Any) -> httpx.Response:
    api.routes(Route("GET /", "function"))
    api.functions["function"] = lambda event: answer
    return api.client.get("/")


def test_a_full_answer_is_the_response(api: Api) -> None:
    response = answered(
        api,
        {
            "statusCode": 201,
            "headers": {"X-Count": 3, "Content-Type": "text/csv"},
            "cookies": ["a=1", "b=2"],
            "body": "x,y",
        },
    )
    assert response.status_code == 201
    assert response.headers["x-count"] == "3"
    assert response.headers["content-type"] == "text/csv"
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert response.text == "x,y"
    assert len(response.headers["apigw-requestid"]) == 16


def test_a_base64_answer_is_decoded(api: Api) -> None:
    body = base64.b64encode(b"\x00\xff").decode()
    assert answered(api, {"statusCode": 200, "body": body, "isBase64Encoded": True}).content == b"\x00\xff"


@pytest.mark.parametrize("answer", [{"label": 1}, [1, 2], "word", None])
def test_a_bare_answer_is_json_with_status_200(api: Api, answer: Any) -> None:
    response = answered(api, answer)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json() == answer


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "many"},
        {"statusCode": 9},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["no", "mapping"]},
        Outcome("error", b"{}", "request", "Unhandled"),
        Outcome("timeout", b"{}", "request", "Unhandled"),
    ],
)
def test_an_answer_that_is_none_is_an_internal_server_error(api: Api, answer: Any) -> None:
    response = answered(api, answer)
    assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error"})


def test_a_throttled_function_is_an_unavailable_service(api: Api) -> None:
    response = answered(api, Outcome("throttled", b"{}", "request"))
    assert (response.status_code, response.json()) == (503, {"message": "Service Unavailable"})


def test_nothing_tells_which_version_ran(api: Api) -> None:
    assert set(answered(api, 1).headers) == {"date", "content-type", "content-length", "apigw-requestid"}
