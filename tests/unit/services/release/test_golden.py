"""The golden rows, which every version answers before it goes live."""

from __future__ import annotations

from typing import Any

import pytest

from serin.domain.errors import Invalid, Unavailable
from serin.ports import Answer
from serin.services.release.publish import golden_fault
from tests.unit.services.releasing import World, with_live


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"label": False, "probability": 0.5}, "golden row 1: label False, expected True"),
        ({"label": True, "probability": 0.7}, "golden row 1: probability 0.7000 is not within 0.4 and 0.6"),
        ({"label": True, "probability": float("nan")}, "golden row 1: probability nan"),
        ({"label": True, "probability": None}, "golden row 1: no probability was answered"),
    ],
)
def test_a_wrong_golden_answer_stops_the_release_before_the_alias_moves(answer: dict[str, Any], reason: str) -> None:
    world = with_live()
    world.endpoint.answers = lambda version, rows: Answer(200, {"predictions": [answer for _ in rows]})
    with pytest.raises(Invalid, match=reason):
        world.release("rel2", 2)
    world.abandon("rel2", "Invalid: golden row 1")
    assert (world.known("rel2").status, world.known("rel2").reason) == ("failed", "Invalid: golden row 1")
    assert (world.serving(), world.live()) == (1, 1)
    assert world.lease_is_free()


def test_golden_rows_are_asked_of_the_new_function_version() -> None:
    world, asked = World(), []

    def answers(version: str, rows: Any) -> Answer:
        asked.append((version, list(rows)))
        return Answer(200, {"predictions": [{"label": True, "probability": 0.5} for _ in rows]})

    world.endpoint.answers = answers
    world.release("rel1", 1)
    assert asked == [("2", [{"order_id": 1}, {"order_id": 2}])]


def test_an_error_instead_of_golden_answers_stops_the_release() -> None:
    world = World()
    world.endpoint.answers = lambda version, rows: Answer(503, {"error": {"kind": "not_released"}})
    with pytest.raises(Unavailable, match="answered with 503"):
        world.release("rel1", 1)


def test_too_few_golden_answers_stop_the_release() -> None:
    world = World()
    world.endpoint.answers = lambda version, rows: Answer(200, {"predictions": [{"label": True, "probability": 0.5}]})
    with pytest.raises(ValueError, match="shorter"):
        world.release("rel1", 1)


@pytest.mark.parametrize(
    ("expect", "found", "fault"),
    [
        ({}, {"label": True, "probability": 0.5}, None),
        ({}, {"value": 3.0}, None),
        ({}, {"value": float("inf")}, "golden row 4: value inf is not within -inf and inf"),
        ({"value": [1, 3]}, {"value": 3.0}, None),
        ({"value": [1, 3]}, {"value": 3.1}, "golden row 4: value 3.1000 is not within 1 and 3"),
        ({"probability": [0.5, 1]}, {"label": True, "probability": 0.5}, None),
        ({"label": "a"}, {"label": "b", "probability": 0.5}, "golden row 4: label 'b', expected 'a'"),
        ({"label": False}, {"label": False, "probability": 0.1}, None),
    ],
)
def test_a_golden_answer_is_compared_with_what_is_expected(
    expect: dict[str, Any], found: dict[str, Any], fault: str | None
) -> None:
    assert golden_fault(4, expect, found) == fault
