from __future__ import annotations

import json
from itertools import islice

import pytest

from benches.hostile.bodies import api_requests, predict_requests
from benches.hostile.handlers import event_of
from benches.hostile.requests import Answered, Sent
from benches.hostile.tally import Tally

SENT = Sent("value", "POST /models/m/predict", "/models/m/predict", b"{}")
REFUSAL = {"kind": "invalid", "message": "instances[0]: found 1.", "remedy": "Send an object."}


def counted(status: int, body: object, log: str = "", way: str = "handler") -> Tally:
    tally = Tally()
    tally.add(way, SENT, Answered(status, body if isinstance(body, bytes) else json.dumps(body).encode(), log))
    return tally


def test_a_refusal_in_the_one_shape_is_no_fault() -> None:
    assert counted(422, {"error": REFUSAL}).faults == 0
    assert counted(422, {"error": {**REFUSAL, "field": "instances[0]"}}).faults == 0


def test_a_server_error_is_counted_with_its_request() -> None:
    tally = counted(500, b"ValueError: x")
    assert (tally.server_errors, tally.requests) == (1, 1)
    assert tally.figures()["examples"][0]["fault"] == "server error"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        [],
        {"detail": "x"},
        {"message": "Not Found"},
        {"error": "x"},
        {"error": {"kind": "invalid", "message": "x"}},
        {"error": {**REFUSAL, "stack": "x"}},
        {"error": {**REFUSAL, "remedy": ""}},
        {"error": {**REFUSAL, "message": "two\nlines"}},
        {"error": {**REFUSAL, "field": "\u001b[31m"}},
        {"error": {**REFUSAL, "field": "\ud800"}},
    ],
)
def test_any_other_shape_of_a_refusal_is_a_fault(body: object) -> None:
    assert counted(400, body).shapeless == 1


def test_what_api_gateway_refuses_itself_has_its_own_shape() -> None:
    assert counted(404, {"message": "Not Found"}, way="http").faults == 0


@pytest.mark.parametrize(
    "leak", ["Traceback (most recent call last)", 'File "handler.py"', "in /var/task/x", "<class 'X'>"]
)
def test_internals_in_an_answer_are_a_fault(leak: str) -> None:
    assert counted(422, {"error": {**REFUSAL, "message": leak}}).leaks == 1


@pytest.mark.parametrize(
    "log", ["half\n", '{"prediction_id": "a"}\n', '{"a": 1}\n[]\n', '{"a": "é"}\n', '{"a": "x\ny"}\n']
)
def test_a_log_that_is_not_one_line_a_prediction_is_a_fault(log: str) -> None:
    assert counted(200, {"predictions": []}, log).broken_logs == 1


def test_a_line_a_prediction_is_a_log() -> None:
    assert counted(200, {"predictions": [{}]}, '{"prediction_id": "a"}\n').faults == 0


def test_the_same_seed_makes_the_same_requests_and_another_one_others() -> None:
    def first(seed: int) -> list[Sent]:
        routes = ["GET /models/{model}/versions", "POST /models/{model}/releases"]
        return [
            *islice(predict_requests("m", {"a": 1, "b": "x"}, seed), 200),
            *islice(api_requests(routes, "m", "d", seed), 200),
        ]

    assert first(1) == first(1) != first(2)
    assert len({(sent.path, sent.query, sent.body) for sent in first(1)}) > 200


def test_an_event_has_the_body_as_the_gateway_packs_it() -> None:
    assert event_of(SENT, "read")["body"] == "{}"
    packed = event_of(Sent("value", SENT.route, "/a%20b", b"\xff"), "read")
    assert (packed["body"], packed["isBase64Encoded"], packed["rawPath"]) == ("/w==", True, "/a b")
