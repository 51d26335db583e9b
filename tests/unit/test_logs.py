"""What functions tell of their work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryClock
from serin.domain.errors import Conflict
from serin.domain.log_fields import Fields
from serin.logs import ALLOWED, Work, correlation_of, logged, of_answer, tell_of
from tests.builders import NOON

HOSTILE = 'x\n{"correlation":"forged"}\r\u2028\u202e\x1b[31m'
ALWAYS = {"at", "level", "function", "request_id", "correlation", "outcome", "ms"}


@dataclass
class Context:
    """What Lambda says of a call."""

    aws_request_id: str = "lambda-1"


def clock() -> MemoryClock:
    return MemoryClock(NOON)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """All that was printed, which must be JSON lines and nothing else."""
    printed = capsys.readouterr()
    assert printed.err == ""
    return [json.loads(line) for line in printed.out.splitlines()]


def test_a_work_is_told_of_in_one_line_when_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with Work("build_features", "c1", Context(), clock) as work:
        work.tells(dataset="flights", upload_id="u1")
    (line,) = lines(capsys)
    assert line.pop("ms") >= 0
    assert line == {
        "at": "2013-04-01T12:00:00Z",
        "level": "INFO",
        "function": "build_features",
        "request_id": "lambda-1",
        "correlation": "c1",
        "dataset": "flights",
        "upload_id": "u1",
        "outcome": "ok",
    }


def test_a_failure_is_told_with_kind_message_and_where_in_one_line_and_goes_on_its_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(Conflict), Work("release_model", "c1", Context(), clock):
        raise Conflict("The lease is held.", "Wait.")
    (line,) = lines(capsys)
    assert (line["level"], line["outcome"], line["kind"]) == ("ERROR", "failed", "conflict")
    assert line["message"] == "The lease is held."
    assert line["traceback"].startswith("Traceback (most recent call last):\n")
    assert "test_logs.py" in line["traceback"]


def test_an_error_nobody_foresaw_has_its_class_as_kind(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), Work("api", "c1", Context(), clock):
        _ = 1 / 0
    (line,) = lines(capsys)
    assert (line["kind"], line["message"]) == ("ZeroDivisionError", "division by zero")


def test_no_value_can_begin_another_line_or_be_obeyed_by_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    work = Work("api", HOSTILE, Context(HOSTILE), clock)
    work.tells(dataset=HOSTILE)
    with pytest.raises(ValueError, match="forged"), work:
        raise ValueError(HOSTILE)
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert printed.count("\n") == 1
    line = json.loads(printed)
    for name in ("correlation", "request_id", "dataset", "message"):
        assert line[name].isprintable(), name
    assert all(part.isprintable() for part in line["traceback"].split("\n"))


def test_a_long_text_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError), Work("api", "c" * 5000, Context(), clock):
        raise ValueError("x" * 100_000)
    assert len(capsys.readouterr().out) < 10_000


def test_what_is_not_on_the_list_is_never_written(capsys: pytest.CaptureFixture[str]) -> None:
    secret: Any = {"token": "serin_secret", "dataset": "flights"}
    with Work("api", "c1", Context(), clock) as work:
        work.tells(**secret)
    (line,) = lines(capsys)
    assert line.keys() == ALWAYS | {"dataset"}


@pytest.mark.parametrize(("outcome", "level"), [("rejected", "WARNING"), ("failed", "ERROR"), ("skipped", "INFO")])
def test_the_level_follows_from_the_outcome(outcome: str, level: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Work("accept_upload", "c1", Context(), clock) as work:
        work.tells(outcome=outcome)
    assert lines(capsys)[0]["level"] == level


def test_a_work_takes_as_long_as_it_takes_whatever_the_clock_says(capsys: pytest.CaptureFixture[str]) -> None:
    moving = MemoryClock(NOON)
    with Work("reconcile", "c1", Context(), lambda: moving):
        moving.advance(timedelta(days=7))
    (line,) = lines(capsys)
    assert line["at"] == "2013-04-08T12:00:00Z"
    assert line["ms"] < 1000


@logged("train_model", clock)
def step(event: Mapping[str, Any], context: Any) -> str:
    """Answers, or fails when asked to."""
    if event.get("fail"):
        raise RuntimeError("asked to")
    return "answer"


def test_a_handler_answers_as_without_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert step({"correlation": "c1", "step": "trial", "run": "r1", "model": "m", "trial": {"number": 1}}, None) == (
        "answer"
    )
    (line,) = lines(capsys)
    assert (line["step"], line["run"], line["model"], line["request_id"]) == ("trial", "r1", "m", "")
    assert "trial" not in line
    assert step.__doc__ == "Answers, or fails when asked to."


def test_a_handler_that_fails_says_so_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError):
        step({"correlation": "c1", "fail": True}, Context())
    assert [(line["outcome"], line["message"]) for line in lines(capsys)] == [("failed", "asked to")]


def test_a_handler_tells_what_its_answer_came_to_or_keeps_silent(capsys: pytest.CaptureFixture[str]) -> None:
    def tells(answer: str) -> Fields | None:
        return None if answer == "told elsewhere" else {"outcome": answer}

    for answer in ("skipped", "told elsewhere"):
        logged("f", clock, tells)(lambda event, context, answer=answer: answer)({}, Context())  # type: ignore[misc]
    assert [line["outcome"] for line in lines(capsys)] == ["skipped"]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"correlation": "c1", "requestContext": {"requestId": "gw"}}, "c1"),
        ({"detail": {"correlation": "c2"}, "id": "event"}, "c2"),
        ({"requestContext": {"requestId": "gw"}}, "gw"),
        ({"detail-type": "Scheduled Event", "detail": {}}, "lambda-1"),
        ({"detail": "text", "requestContext": None}, "lambda-1"),
        ({}, "lambda-1"),
    ],
)
def test_what_a_call_began_with_is_read_from_its_event(event: dict[str, Any], found: str) -> None:
    assert correlation_of(event, Context()) == found


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, "{}", {"status": 200}),
        (422, '{"error": {"kind": "invalid"}}', {"status": 422, "outcome": "refused", "kind": "invalid"}),
        (503, "[1]", {"status": 503, "outcome": "failed", "kind": "unknown"}),
        (500, "<html>", {"status": 500, "outcome": "failed", "kind": "unknown"}),
    ],
)
def test_an_answer_tells_its_status_and_the_kind_of_its_error(status: int, body: str, found: dict[str, Any]) -> None:
    assert of_answer({"statusCode": status, "body": body}) == found


def test_an_error_that_was_answered_is_told_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    def answers(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        try:
            return dict(event["origin"])
        except KeyError as error:
            tell_of(error)
        return {"statusCode": 500, "body": '{"error": {"kind": "internal"}}'}

    logged("api", clock, of_answer)(answers)({}, Context())
    (line,) = lines(capsys)
    assert (line["kind"], line["status"], line["outcome"]) == ("KeyError", 500, "failed")
    assert "KeyError: 'origin'" in line["traceback"]


def test_an_error_outside_of_any_work_is_nobodys_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell_of(ValueError("x"))
    with Work("api", "c1", Context(), clock):
        pass
    tell_of(ValueError("y"))
    assert [line["outcome"] for line in lines(capsys)] == ["ok"]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"version": "2.0", "requestContext": {"routeKey": "GET /runs", "requestId": "gw"}}, {"route": "GET /runs"}),
        ({"version": "0", "detail": {"dataset": "flights", "sequence": 1}}, {"dataset": "flights"}),
        ({"step": "refit", "version": 3, "training_set": {}}, {"step": "refit", "version": 3}),
    ],
)
def test_a_line_names_what_its_event_is_about(
    event: dict[str, Any], told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    step(event, Context())
    (line,) = lines(capsys)
    assert {name: line[name] for name in line.keys() - ALWAYS} == told


def test_a_line_may_say_what_its_type_lists_and_nothing_else() -> None:
    assert tuple(Fields.__annotations__) == ALLOWED
