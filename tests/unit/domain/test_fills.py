from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from serin.domain.fills import ATTEMPTS, QUIET, Fill, must_catch_up
from tests.builders import NOON

EMPTY = Fill("late-orders", "queue", "d1", NOON, {"shops": 0})
HEADS = {"shops": 3}


@pytest.mark.parametrize("seed", range(20))
def test_uploads_in_any_order_and_repeated_are_all_in_once_the_last_one_is(seed: int) -> None:
    chance, fill = Random(seed), EMPTY
    order = chance.sample(range(1, 9), 8)
    for place, sequence in enumerate(order):
        assert fill.behind({"shops": 8})
        fill = fill.with_built("shops", sequence).with_built("shops", chance.choice(order[: place + 1]))
        waiting = set(fill.beyond.get("shops", ()))
        assert set(range(1, fill.upto["shops"] + 1)) | waiting == set(order[: place + 1])
    assert (fill.upto, fill.beyond) == ({"shops": 8}, {})
    assert not fill.behind({"shops": 8})


def test_a_backfill_fills_the_hole_and_keeps_what_came_after_it() -> None:
    fill = EMPTY.with_built("shops", 2).with_built("shops", 5)
    filled = replace(fill, begun=2, refused="too large").with_filled({"shops": 3})
    assert (filled.upto, filled.beyond, filled.begun, filled.refused) == ({"shops": 3}, {"shops": (5,)}, 0, None)
    assert filled.with_built("shops", 4).upto == {"shops": 5}
    assert filled.with_filled({"shops": 1}) == filled


def test_each_dataset_counts_alone() -> None:
    fill = EMPTY.with_built("shops", 1).with_built("zones", 2)
    assert (fill.upto, fill.beyond) == ({"shops": 1, "zones": 0}, {"zones": (2,)})
    assert not fill.behind({"shops": 1})
    assert fill.behind({"shops": 1, "zones": 2})


def test_a_new_definition_catches_up_at_once_if_there_is_anything() -> None:
    assert must_catch_up(None, HEADS, NOON)
    assert not must_catch_up(None, {"shops": 0}, NOON)
    assert must_catch_up(EMPTY.with_built("shops", 3), HEADS, NOON)


def test_a_lost_upload_is_caught_up_with_once_it_is_quiet() -> None:
    fill = EMPTY.with_built("shops", 1)
    assert not must_catch_up(fill, HEADS, NOON + QUIET - timedelta(seconds=1))
    assert must_catch_up(fill, HEADS, NOON + QUIET)
    assert not must_catch_up(fill, {"shops": 1}, NOON + QUIET)


def test_what_was_begun_is_waited_for_and_what_never_ends_or_was_refused_is_left_to_a_person() -> None:
    begun = replace(EMPTY, begun=1)
    assert not must_catch_up(begun, HEADS, NOON)
    assert must_catch_up(begun, HEADS, NOON + QUIET)
    assert not must_catch_up(replace(EMPTY, begun=ATTEMPTS), HEADS, NOON + QUIET)
    assert not must_catch_up(replace(EMPTY, refused="too large"), HEADS, NOON + QUIET)


def test_items_of_an_earlier_rule_are_made_again_once() -> None:
    fill = replace(EMPTY.with_filled(HEADS), rule=1)
    assert fill.behind(HEADS)
    assert must_catch_up(fill, HEADS, NOON + QUIET)
    assert fill.with_built("shops", 4).behind({"shops": 4}), "an upload makes only the items anew that it touches"
    assert not fill.with_filled(HEADS).behind(HEADS)
