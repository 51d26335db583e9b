from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from serin.domain.errors import Conflict, Unavailable
from serin.domain.shadows import ShadowAnswer, ShadowRow
from tests.builders import NOON
from tests.contracts.endpoints import BAD, GOOD, MODEL, InMemory, Place, on_lambda
from tests.waiting import wait_until


@pytest.fixture(params=["memory", pytest.param("local cloud", marks=pytest.mark.slow)])
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


def test_a_deploy_is_under_way_from_its_beginning(place: Place) -> None:
    assert not place.endpoint.is_being_deployed(MODEL)
    place.begin_deploy()
    assert place.endpoint.is_being_deployed(MODEL)


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


def two_versions(place: Place) -> None:
    """Version 1 serves as function version 2, and version 2 is published as 3."""
    first = place.endpoint.publish(place.version(1), None)
    place.endpoint.publish(place.version(2), None)
    place.endpoint.move_alias(MODEL, first.function_version, place.endpoint.alias(MODEL))


def test_a_candidate_gets_its_share_then_another_then_all(place: Place) -> None:
    two_versions(place)
    for weight in (10, 50):
        moved = place.endpoint.move_alias(MODEL, "2", place.endpoint.alias(MODEL), "3", weight)
        assert (moved.function_version, moved.weights) == ("2", {"3": weight / 100})
        assert place.endpoint.alias(MODEL) == moved
    assert place.endpoint.move_alias(MODEL, "3", place.endpoint.alias(MODEL)).weights == {}
    assert place.endpoint.alias(MODEL).function_version == "3"


def test_an_alias_that_leads_where_it_led_is_moved_though_it_was_touched(place: Place) -> None:
    two_versions(place)
    read = place.endpoint.alias(MODEL)
    place.touch()
    assert place.endpoint.alias(MODEL).revision != read.revision
    assert place.endpoint.move_alias(MODEL, "3", read).function_version == "3"


def test_what_is_deployed_is_what_a_version_is_published_from(place: Place) -> None:
    published = place.endpoint.publish(place.version(1), None)
    now = place.endpoint.deployed(MODEL)
    assert (now.code_sha256, now.layers) == (published.code_sha256, published.layers)
    place.deploy()
    assert place.endpoint.deployed(MODEL).code_sha256 != published.code_sha256


def test_as_many_environments_are_kept_warm_as_of_the_version_that_serves(place: Place) -> None:
    two_versions(place)
    assert place.endpoint.provision_like(MODEL, "3", "2")
    assert place.kept_warm("3") == 0
    place.keep_warm("2", 1)
    assert wait_until(lambda: place.endpoint.provision_like(MODEL, "3", "2"))
    assert place.kept_warm("3") == 1
    for _ in range(2):
        place.endpoint.unprovision(MODEL, "2")
    assert (place.kept_warm("2"), place.kept_warm("3")) == (0, 1)


def test_function_versions_and_layers_go_but_not_what_an_alias_leads_to(place: Place) -> None:
    two_versions(place)
    assert list(place.endpoint.function_versions(MODEL)) == ["1", "2", "3"]
    first, second = place.endpoint.layer_versions(MODEL)
    with pytest.raises(Conflict, match="leads to function version 2"):
        place.endpoint.delete_function_version(MODEL, "2")
    for _ in range(2):
        place.endpoint.delete_function_version(MODEL, "3")
        place.endpoint.delete_layer_version(MODEL, first)
    assert list(place.endpoint.function_versions(MODEL)) == ["1", "2"]
    assert list(place.endpoint.layer_versions(MODEL)) == [second]
    assert place.endpoint.ask(MODEL, "2", [{}]).status == 200, "a version keeps the layer it was made with"


def test_a_version_whose_function_version_was_deleted_is_published_anew(place: Place) -> None:
    two_versions(place)
    known = place.endpoint.publish(place.version(2), None)
    place.endpoint.delete_function_version(MODEL, known.function_version)
    again = place.endpoint.publish(place.version(2), known)
    assert again.function_version in place.endpoint.function_versions(MODEL)
    assert again.function_version != known.function_version


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
