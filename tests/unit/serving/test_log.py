from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from serin.serving.log import Call, LoggedRow, log_line

CALL = Call(
    "req",
    datetime(2013, 4, 1, 12, tzinfo=UTC),
    "late-orders",
    3,
    "4",
    "scikit-learn",
    True,
    12.34567,
    9.87654,
    "lambda-1",
    "d1",
)


def a_row(**parts: Any) -> LoggedRow:
    given: dict[str, Any] = {
        "prediction_id": "p1",
        "inputs": {"shop": "north", "at": datetime(2013, 4, 1, tzinfo=UTC), "amount": None},
        "features": {"queue.length": 4},
        "missing": (),
        "stale": ("queue",),
        "score": 0.25,
        "label": False,
    }
    return LoggedRow(**{**given, **parts})


def test_a_line_has_exactly_the_fields_of_the_prediction_log() -> None:
    assert json.loads(log_line(CALL, a_row())) == {
        "request_id": "req",
        "invocation": "lambda-1",
        "key": "d1",
        "prediction_id": "p1",
        "attempt": 1,
        "at": "2013-04-01T12:00:00Z",
        "model": "late-orders",
        "version": 3,
        "function_version": "4",
        "runtime": "scikit-learn",
        "cold": True,
        "ms": 12.346,
        "cpu_ms": 9.877,
        "inputs": {"shop": "north", "at": "2013-04-01T00:00:00Z", "amount": None},
        "features": {"queue.length": 4},
        "missing": [],
        "stale": ["queue"],
        "score": 0.25,
        "label": False,
        "status": "ok",
    }


def test_no_value_can_begin_another_line() -> None:
    hostile = 'x\n{"prediction_id": 1}\r\u2028\u2029\x85'
    line = log_line(CALL, a_row(inputs={"shop": hostile}))
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["inputs"]["shop"] == hostile


def test_what_is_no_number_is_null() -> None:
    line = log_line(CALL, a_row(score=math.nan, features={"a": math.inf, "b": 1.5}))
    found = json.loads(line, parse_constant=not_json)
    assert found["score"] is None
    assert found["features"] == {"a": None, "b": 1.5}


def test_scores_of_several_classes_are_a_list() -> None:
    assert json.loads(log_line(CALL, a_row(score=[0.1, math.nan, 0.9])))["score"] == [0.1, None, 0.9]


def test_two_lines_of_a_call_differ_only_in_their_row() -> None:
    one, two = (json.loads(log_line(CALL, a_row(prediction_id=name))) for name in ("p1", "p2"))
    assert {**one, "prediction_id": "p2"} == two


def not_json(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")
