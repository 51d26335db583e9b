"""Events of the HTTP API whose body is not what the event says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serin.services.predict import Predictor, Reply, Request
from tests.functions.handlers import handler, saved_event


class Reading:
    """A predictor that only keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def predict(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(200, {}, ('{"prediction_id":"p"}',))


@pytest.fixture
def reading() -> Reading:
    return Reading()


def answer(reading: Reading, **changed: Any) -> dict[str, Any]:
    module: Any = handler("predict")
    module.predictor = lambda: reading
    found: dict[str, Any] = module.handle({**saved_event("http_predict"), **changed}, None)
    return found


@pytest.mark.parametrize(
    ("body", "packed"),
    [("{}", True), ("e30", True), ("e30=\n", True), ("é", True), ("\ud800", False), ("\ud800", True)],
)
def test_a_body_that_is_not_what_the_event_says_is_refused_in_the_one_shape(
    reading: Reading, body: str, packed: bool
) -> None:
    found = answer(reading, body=body, isBase64Encoded=packed)
    assert found["statusCode"] == 422
    assert set(json.loads(found["body"])["error"]) == {"kind", "message", "remedy"}
    assert reading.asked == []


@pytest.mark.parametrize(
    ("body", "packed", "read"), [("e30=", True, b"{}"), ("{}", False, b"{}"), (None, False, b""), ("", True, b"")]
)
def test_a_body_is_read_as_the_gateway_packed_it(reading: Reading, body: str | None, packed: bool, read: bytes) -> None:
    assert answer(reading, body=body, isBase64Encoded=packed)["statusCode"] == 200
    assert reading.asked[0].body == read


@pytest.mark.parametrize("authorizer", [None, {}, {"lambda": None}, {"lambda": {}}, {"lambda": {"scopes": None}}])
def test_without_an_authorizers_answer_there_is_no_scope(reading: Reading, authorizer: Any) -> None:
    event = saved_event("http_predict")
    answer(reading, requestContext={**event["requestContext"], "authorizer": authorizer})
    assert reading.asked[0].scopes == ()


def test_the_stand_in_is_asked_as_a_predictor_is() -> None:
    assert Predictor.predict.__annotations__ == Reading.predict.__annotations__
