from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from serin.domain.errors import Conflict, Unavailable
from serin.domain.shadows import ShadowAnswer, ShadowRow
from tests.builders import NOON
from tests.contracts.endpoints import BAD, GOOD, MODEL, InMemory, Place, on_lambda


@pytest.fixture(params=["memory", "local cloud"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "memory":
        yield InMemory()
    else:
        with on_lambda(tmp_path) as made:
            yield made


def test_each_model_version_has_a_function_version_of_its_own_that_answers(place: Place) -> None:
    first, second = (place.endpoint.publish(place.version(number), None) for number in (1, 2))
    assert (first.model, first.version, first.function_version) == (MODEL, 1, "2")
    assert (second.version, second.function_version) == (2, "3")
    for published in (first, second):
        answer = place.endpoint.ask(MODEL, published.function_version, [{"order_id": 1}, {"order_id": 2}])
        assert (answer.status, answer.body["v"]) == (200, published.function_version)
        assert answer.body["predictions"] == 2 * [{"label": True, "probability": 0.5}]


def test_publishing_moves_no_traffic(place: Place) -> None:
    before = place.endpoint.alias(MODEL)
    place.endpoint.publish(place.version(1), None)
    assert (before.function_version, before.weights) == ("1", {})
    assert place.endpoint.alias(MODEL) == before


def test_what_is_published_already_is_given_back_until_other_code_is_deployed(place: Place) -> None:
    first = place.endpoint.publish(place.version(1), None)
    place.endpoint.publish(place.version(2), None)
    assert place.endpoint.publish(place.version(1), first) == first
    place.deploy()
    again = place.endpoint.publish(place.version(1), first)
    assert again.function_version not in {first.function_version, "3"}
    assert again.code_sha256 != first.code_sha256


def test_moving_the_alias_sends_all_traffic_to_one_function_version(place: Place) -> None:
    published = place.endpoint.publish(place.version(1), None)
    before = place.endpoint.alias(MODEL)
    moved = place.endpoint.move_alias(MODEL, published.function_version, before)
    assert (moved.function_version, moved.weights) == ("2", {})
    assert moved.revision != before.revision
    assert place.endpoint.alias(MODEL) == moved


def test_an_alias_that_somebody_has_changed_since_it_was_read_is_not_moved(place: Place) -> None:
    place.endpoint.publish(place.version(1), None)
    read = place.endpoint.alias(MODEL)
    changed = place.split()
    assert changed.weights == {"2": 0.5}
    with pytest.raises(Conflict, match="changed since it was read"):
        place.endpoint.move_alias(MODEL, "2", read)
    assert place.endpoint.alias(MODEL) == changed


def test_moving_an_alias_ends_its_shares(place: Place) -> None:
    place.endpoint.publish(place.version(1), None)
    assert place.endpoint.move_alias(MODEL, "2", place.split()).weights == {}
    assert place.endpoint.alias(MODEL).weights == {}


def test_logged_rows_are_scored_again_in_their_order(place: Place) -> None:
    number = place.endpoint.publish(place.version(1), None).function_version
    assert list(place.endpoint.replay(MODEL, number, [GOOD, GOOD], "c1")) == [0.25, 0.25]
    with pytest.raises(Unavailable, match=f"Function version {number} failed"):
        place.endpoint.replay(MODEL, number, [GOOD, BAD], "c1")


def a_row(values: dict[str, float | None]) -> ShadowRow:
    return ShadowRow("p1", NOON, values, {"queue.length": 4})


def test_a_shadow_is_answered_row_by_row_and_says_where(place: Place) -> None:
    number = place.endpoint.publish(place.version(1), None).function_version
    call = place.endpoint.shadow(MODEL, number, "rel1", [a_row(GOOD), a_row({"x": 0.75})], "c1")
    assert call.answers == (ShadowAnswer(0.25, False, None, ("v",)), ShadowAnswer(0.75, True, None, ("v",)))
    assert call.failure is None
    assert f"[{number}]" in (call.sandbox or "")
    again = place.endpoint.shadow(MODEL, number, "rel1", [a_row(GOOD)], "c1")
    assert len({call.invocation, again.invocation, ""}) == 3


def test_a_version_that_fails_in_a_shadow_says_so_for_each_row(place: Place) -> None:
    number = place.endpoint.publish(place.version(1), None).function_version
    call = place.endpoint.shadow(MODEL, number, "rel1", [a_row(GOOD), a_row(BAD)], "c1")
    assert "unsupported operand" in (call.failure or "")
    assert [answer.error for answer in call.answers] == 2 * [call.failure]
    assert call.sandbox is None


def test_a_function_version_that_is_gone_answers_nobody(place: Place) -> None:
    known = place.endpoint.publish(place.version(1), None)
    gone = replace(known, function_version="77").function_version
    with pytest.raises(Unavailable, match="Function version 77 of late-orders is gone"):
        place.endpoint.ask(MODEL, gone, [{}])
    with pytest.raises(Unavailable, match="Function version 77 of late-orders is gone"):
        place.endpoint.replay(MODEL, gone, [GOOD], "c1")
    with pytest.raises(Unavailable, match="Function version 77 of late-orders is gone"):
        place.endpoint.shadow(MODEL, gone, "rel1", [a_row(GOOD)], "c1")
