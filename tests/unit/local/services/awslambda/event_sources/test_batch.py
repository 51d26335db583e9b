"""What a function's answer says of the messages it was given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.delivery.outcome import PAYLOAD_LIMIT, Outcome
from infra.local.services.awslambda.event_sources.batch import failed_of, matches, payloads

SENT = {"a", "b"}


def failed(answer: Any, partial: bool = True) -> set[str]:
    return failed_of(Outcome("ok", json.dumps(answer).encode(), "id"), SENT, partial)


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_nothing_named_is_a_success(answer: Any) -> None:
    assert failed(answer) == set()


def test_what_is_named_has_failed() -> None:
    assert failed({"batchItemFailures": [{"itemIdentifier": "a"}]}) == {"a"}


@pytest.mark.parametrize("failure", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"id": "a"}, "a", None])
def test_a_failure_that_names_nothing_fails_all(failure: Any) -> None:
    assert failed({"batchItemFailures": [failure]}) == SENT


def test_an_answer_that_is_no_json_fails_all_and_only_where_answers_are_read() -> None:
    outcome = Outcome("ok", b"no json", "id")
    assert failed_of(outcome, SENT, partial=True) == SENT
    assert failed_of(outcome, SENT, partial=False) == set()


def test_a_function_that_failed_fails_all() -> None:
    assert failed_of(Outcome("error", b"{}", "id", "Unhandled"), SENT, partial=False) == SENT


def test_a_batch_too_large_for_lambda_is_parted() -> None:
    records = [{"messageId": str(number), "body": "x" * (PAYLOAD_LIMIT // 4)} for number in range(10)]
    parts = list(payloads(records))
    assert all(len(payload) <= PAYLOAD_LIMIT for payload, _ in parts)
    assert [one for _, ids in parts for one in ids] == [str(number) for number in range(10)]
    assert len(parts) == 4


@pytest.mark.parametrize(
    ("pattern", "body", "passes"),
    [
        ({"body": {"kind": ["a"]}}, {"kind": "a"}, True),
        ({"body": {"kind": ["a"]}}, {"kind": "b"}, False),
        ({"body": {"kind": [{"prefix": "a"}]}}, {"kind": "abc"}, True),
        ({"body": {"kind": [{"anything-but": ["a"]}]}}, {"kind": "b"}, True),
        ({"body": {"size": [{"numeric": [">", 1, "<=", 3]}]}}, {"size": 3}, True),
    ],
)
def test_patterns_are_eventbridges(pattern: Any, body: Any, passes: bool) -> None:
    record = {"body": json.dumps(body), "messageId": "m"}
    assert matches(record, {"Filters": [{"Pattern": json.dumps(pattern)}]}) is passes
    assert matches(record, None)
