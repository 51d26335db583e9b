from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.charter import View
from serin.domain.errors import Unavailable
from serin.domain.judgement.stops import run_that_stops
from serin.domain.shadows import ShadowAnswer, ShadowRow
from serin.services import shadow_release
from serin.services.steps.shadow_files import kept_calls, kept_pairs
from serin.services.steps.stored_shadow import stored_shadow
from tests.builders import NOON, a_charter
from tests.unit.services.shadowing import CANDIDATE, LIVE, MODEL, Shadowing

MINUTE = timedelta(minutes=1)


def test_each_logged_row_is_one_pair_however_often_the_rounds_are_repeated() -> None:
    world = Shadowing()
    world.logged(40)
    assert world.round().pairs == 40
    assert world.round().pairs == 40
    world.logged(10, NOON + MINUTE)
    assert world.round().pairs == 50
    assert Counter(row.prediction_id for row in world.rows)["p3-011201"] >= 1
    assert world.stored() == world.round()


def test_the_newest_requests_are_asked_first_and_no_more_than_the_policy_wants() -> None:
    world = Shadowing(pairs=5)
    world.logged(10)
    world.logged(3, NOON + MINUTE)
    assert world.round().pairs == 5
    moments = [pair.at for pair in kept_pairs(MODEL, "rel1", lake=world.lake)]
    assert moments == 3 * [NOON + MINUTE] + 2 * [NOON]


def test_only_what_the_live_function_version_answered_is_asked_and_of_a_repeat_one_attempt() -> None:
    world = Shadowing()
    world.logged(2)
    world.logged(2, NOON + MINUTE, function_version="1")
    world.logged(2, NOON + 2 * MINUTE, score=None, label=None)
    for attempt in range(3):
        world.logged(1, NOON + (attempt + 3) * MINUTE, key="k1")
    assert world.round().pairs == 3


def test_a_call_holds_rows_of_one_request_and_few_enough_to_judge_the_latency() -> None:
    world = Shadowing()
    world.logged(24, of_request=12)
    world.round()
    calls = [len(rows) for rows in world.asked()]
    assert calls[:6] == [5, 5, 2, 5, 5, 2]


def test_both_versions_are_called_until_the_latency_of_five_sandboxes_is_shown() -> None:
    world = Shadowing()
    world.logged(10)
    world.round()
    for side in (CANDIDATE, LIVE):
        sandboxes = Counter(
            call.sandbox for call in kept_calls(MODEL, "rel1", lake=world.lake) if f"[{side}]" in (call.sandbox or "")
        )
        assert sorted(sandboxes.values()) == 5 * [21]
    before = len(world.endpoint.shadowed)
    world.round()
    assert len(world.endpoint.shadowed) == before


def test_where_few_sandboxes_answer_the_calls_for_latency_end_all_the_same() -> None:
    world = Shadowing()
    world.endpoint.sandboxes = 2
    world.logged(10)
    for _ in range(6):
        world.round()
    most = shadow_release.MOST_FOR_LATENCY + shadow_release.AT_ONCE
    assert len(world.asked(LIVE)) < most
    assert len(world.asked(CANDIDATE)) < most


def test_a_round_is_bounded_and_the_next_one_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow_release, "MOST_CALLS", 20)
    world = Shadowing(pairs=30)
    world.logged(30)
    assert world.round().pairs == 10
    assert world.round().pairs == 20
    assert world.round().pairs == 30


def test_a_round_that_has_taken_long_begins_no_more_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow_release, "MOST_SECONDS", 0.0)
    world = Shadowing()
    world.logged(10)
    assert world.round().pairs == 0


def test_a_candidate_that_fails_on_every_row_ends_the_round_early_and_each_pair_is_a_failure() -> None:
    world = Shadowing()
    world.logged(100)
    world.answer = ShadowAnswer(error="invalid: inputs.colour: is missing")
    shadow = world.round()
    assert (shadow.pairs, shadow.failures, shadow.disagreeing) == (20, 20, 0)
    assert stored_shadow(world.plan, **world.ports).longest_run == 20 >= run_that_stops(0.5)


def test_a_candidate_that_dies_has_failed_all_rows_of_the_call() -> None:
    world = Shadowing()

    def dies(function_version: str, row: ShadowRow) -> ShadowAnswer:
        if function_version == CANDIDATE and row.inputs["order_id"] == 7:
            raise RuntimeError("signal: killed")
        return world.says(function_version, row)

    world.endpoint.shadows = dies
    world.logged(10, of_request=5)
    shadow = world.round()
    assert (shadow.pairs, shadow.failures) == (10, 5)


def test_no_room_for_a_call_is_no_failure_and_ends_the_round() -> None:
    world = Shadowing()
    world.logged(20)
    world.endpoint.full = 3
    shadow = world.round()
    assert (shadow.pairs, shadow.failures) == (2, 0)
    world.endpoint.full = 5
    with pytest.raises(Unavailable, match="no room"):
        world.round()
    assert world.round().pairs == 20


def test_values_of_views_that_both_versions_use_go_as_logged_and_the_others_do_not() -> None:
    other = View("stock", "shop", "shops", ("length",), "seen_at", "seen_at", timedelta(hours=9))
    features = a_charter().features
    renamed = replace(features.views[0], name="line")
    both = replace(features, views=(renamed, other), model_uses=("amount", "line", "stock"))
    world = Shadowing(candidate=a_charter(features=both))
    world.logged(1)
    world.round()
    assert world.rows[0].features == {"line.length": 4}
    world = Shadowing(candidate=a_charter(features=replace(features, defaults={"queue.length": 0})))
    world.logged(1)
    world.round()
    assert world.rows[0].features == {}


def test_another_label_disagrees_unless_the_row_cannot_be_asked_again_as_it_was() -> None:
    world = Shadowing()
    world.answer = ShadowAnswer(0.9, label=True)
    world.logged(3)
    assert world.round().disagreeing == 3
    world = Shadowing()
    world.answer = ShadowAnswer(0.9, label=True, changed=("queue",))
    world.logged(3)
    shadow = world.round()
    assert (shadow.pairs, shadow.disagreeing, shadow.failures) == (3, 0, 0)


def test_without_a_version_before_there_is_nothing_to_compare_with() -> None:
    world = Shadowing()
    world.plan = replace(world.plan, previous=None)
    assert world.round().pairs == 0
    assert world.endpoint.shadowed == []


def test_the_calls_belong_to_what_the_release_began_with() -> None:
    world = Shadowing()
    world.logged(1)
    world.round()
    assert {call[1:3] for call in world.endpoint.shadowed} == {("rel1", "c1")}
