from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from serin.domain.invocation_lines import believable, invocation_in, is_counted
from serin.domain.invocations import Invocation, call_of, function_version_of, merged
from tests.builders import NOON

STREAM = "2013/04/01/[12]0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("stream", "version"),
    [(STREAM, "12"), ("2013/04/01/[$LATEST]ab12", "$LATEST"), ("2013/04/01/serin-dev-predict-m[3]ab12", "3")],
)
def test_a_log_stream_says_which_version_printed_to_it(stream: str, version: str) -> None:
    assert function_version_of(stream) == version


def test_an_answer_of_which_a_row_failed_is_a_failed_call() -> None:
    """HTTP calls it 200, and so does Lambda; the release's judge must not."""
    line = {"prediction_id": "p", "request_id": "r", "at": "2013-04-01T12:00:00Z", "score": 0.5, "label": True}
    failed = line | {"score": None, "label": None, "status": "failed"}
    told = {"function": "predict", "request_id": "r", "at": "2013-04-01T12:00:00Z", "outcome": "failed", "status": 200}
    (whole,) = merged([one for text in (line, failed, line, told) if (one := invocation_in(text, STREAM))])
    assert (whole.answer, whole.failed_on_lambda, call_of(whole)) == ("failed", False, "failure")


@pytest.mark.parametrize("stream", ["", "2013/04/01/ab12", "[x]ab12", "2013/04/01/[3]", "2013/04/01/[3]ab12/more"])
def test_a_stream_of_another_kind_has_no_version(stream: str) -> None:
    with pytest.raises(ValueError, match="no log stream"):
        function_version_of(stream)


@pytest.mark.parametrize(
    ("score", "label", "true"),
    [
        (0.0, False, True),
        (1.0, True, True),
        (1.01, True, False),
        (-0.01, "late", False),
        (-7.5, None, True),
        (None, None, False),
        (None, True, False),
        (math.nan, None, False),
        (True, None, False),
        ("0.5", None, False),
        ([0.2, 0.8], "b", True),
        ([0.2, 0.9], "b", False),
        ([1.2, -0.2], "a", False),
        ([0.5, None], "a", False),
    ],
)
def test_an_answer_is_believed_when_it_can_be_true(score: Any, label: Any, true: bool) -> None:
    assert believable(score, label) is true


def a_start(**parts: Any) -> dict[str, Any]:
    record = {"initializationType": "on-demand", "phase": "invoke", "status": "timeout", "metrics": {}, **parts}
    return {"time": "2013-04-01T12:00:00.000Z", "type": "platform.initReport", "record": record}


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({}, "timeout"),
        ({"errorType": "Runtime.ExitError"}, "Runtime.ExitError"),
        ({"phase": "init"}, None),
        ({"phase": "init", "initializationType": "provisioned-concurrency"}, "timeout"),
        ({"status": "success"}, None),
    ],
)
def test_a_start_has_failed_when_it_is_not_tried_again(parts: dict[str, str], error: str | None) -> None:
    found = invocation_in(a_start(**parts), STREAM)
    assert (found.error if found else None) == error
    assert found is None or (found.purpose, found.function_version) == ("start", "12")


def test_two_processes_that_cannot_start_are_two() -> None:
    first = invocation_in(a_start(), STREAM)
    other = invocation_in(a_start(), STREAM.replace("0123", "4567"))
    assert first is not None
    assert other is not None
    assert len(merged([first, other, first])) == 2


def test_a_call_is_what_its_lines_tell_together_in_whatever_order_they_come() -> None:
    later = datetime(2013, 4, 1, 12, 0, 1, tzinfo=UTC)
    own = Invocation("c", later, "12", STREAM, "traffic", answer="valid", key="k")
    report = Invocation("c", NOON, "12", STREAM, status="timeout", ms=5.0, cold=True, error="Sandbox.Timedout")
    begun = Invocation("c", later, "12", STREAM, "shadow")
    whole = Invocation("c", NOON, "12", STREAM, "shadow", "timeout", 5.0, True, "Sandbox.Timedout", None, "valid", "k")
    assert merged([own, report, begun]) == merged([begun, own, report, own]) == [whole]


@pytest.mark.parametrize("line", [{}, {"type": "platform.start"}, {"function": "api"}, {"level": "ERROR"}])
def test_other_lines_tell_of_no_invocation(line: dict[str, Any]) -> None:
    assert not is_counted(line)
