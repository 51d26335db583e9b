"""A backfill gives a new definition what it would have had, had it been there from the first upload on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.domain import cut_sizes
from serin.domain.buckets import definition
from serin.domain.charter import Derivation
from serin.domain.fills import QUIET
from serin.services import backfill_features
from tests.unit.data.histories import QUEUE, START, Event, events, moments, table
from tests.unit.services.filling import LAST, STATIC, Filling, charter_of

OLD = charter_of(QUEUE, LAST, STATIC)
NEW = charter_of(
    replace(QUEUE, windows=QUEUE.windows[:3], ttl=timedelta(days=3)), replace(LAST, last=("length",)), STATIC
)
ROWS: list[Event] = [
    (number, f"s{number % 40}", START + timedelta(minutes=number), START + timedelta(minutes=number), number, True, 1.0)
    for number in range(200)
]
LATER = START + timedelta(hours=5)


def a_step_of(items: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_features, "ITEMS_A_STEP", items)


questions = st.lists(st.tuples(moments, st.sampled_from(["a", "b", "c"])), min_size=1, max_size=4)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples // 4)
@given(st.lists(events(5), min_size=1, max_size=4), questions, st.randoms(use_true_random=False))
def test_after_a_backfill_beside_uploads_all_is_as_if_the_definition_had_always_been_there(
    uploads: list[list[Event]], asked: list[Any], chance: Any
) -> None:
    """The definition is changed after some uploads; steps and builds come in any order, some twice, some steps die."""
    ours, always = Filling(), Filling()
    changed = chance.randint(0, len(uploads))
    waiting: list[Any] = []
    for number, rows in enumerate(uploads):
        always.upload(NEW, "shops", table(rows))
        upload = ours.accept("shops", table(rows))
        if number < changed:
            ours.build(OLD, "shops", upload)
        else:
            waiting.append(upload)
        if number == changed:
            ours.begin(NEW)
    ours.begin(NEW)
    waiting += ours.events.published
    ours.events.published.clear()
    for item in chance.sample(waiting, len(waiting)) + [chance.choice(waiting)] * bool(waiting):
        ours.build(NEW, "shops", item) if isinstance(item, str) else ours.step(item, NEW)
    ours.run(NEW)
    for moment, shop in asked:
        assert ours.served(NEW, shop, moment) == always.served(NEW, shop, moment), (moment, shop)
    fills = [ours.catalog.fill(NEW.model, definition(NEW, view)) for view in NEW.features.views]
    assert all(fill and fill.upto == {"shops": len(uploads)} and not fill.beyond for fill in fills)


def test_a_changed_definition_is_missing_until_it_is_filled_and_says_so() -> None:
    world = Filling()
    world.upload(OLD, "shops", table(ROWS))
    assert world.served(OLD, "s1", LATER).missing == ()
    row = world.served(NEW, "s1", LATER)
    assert (row.missing, row.values["queue.count_length"]) == (("queue", "seen"), None)
    world.backfill(NEW)
    assert world.served(NEW, "s1", LATER).missing == ()


def test_it_goes_in_steps_that_each_hold_other_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    a_step_of(10, monkeypatch)
    world, whole = Filling(), Filling()
    for one in (world, whole):
        one.accept("shops", table(ROWS))
    begun = world.begin(NEW)
    assert len(begun) == 3
    assert world.run(NEW) == 3 * 4
    a_step_of(1000, monkeypatch)
    assert whole.backfill(NEW) == 3
    for shop in range(40):
        assert world.served(NEW, f"s{shop}", LATER) == whole.served(NEW, f"s{shop}", LATER)
    fills = world.catalog.fills(NEW.model)
    assert {(fill.view, fill.items, fill.begun, fill.upto["shops"]) for fill in fills} == {
        (name, 40, 0, 1) for name in ("queue", "seen", "known")
    }


def test_a_step_that_is_lost_leaves_the_definition_behind_and_the_sweep_begins_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_step_of(10, monkeypatch)
    world, charter = Filling(), charter_of(LAST)
    world.accept("shops", table(ROWS))
    assert world.sweep(charter) == [], "it may be under way"
    world.clock.advance(QUIET)
    assert world.sweep(charter) == [definition(charter, LAST)]
    (wanted,) = world.events.published
    assert (wanted.name, wanted.detail) == ("Backfill Wanted", {"model": charter.model})
    world.events.published.clear()
    world.begin(charter)
    world.step(world.events.published.pop(), charter)
    world.events.published.clear()
    assert world.sweep(charter) == []
    world.clock.advance(QUIET)
    assert world.sweep(charter) == [definition(charter, LAST)]
    world.events.published.clear()
    world.backfill(charter)
    world.clock.advance(QUIET)
    assert world.sweep(charter) == []
    assert world.events.published == []


def test_only_what_is_behind_is_filled_and_by_its_name_anything() -> None:
    world = Filling()
    world.upload(OLD, "shops", table(ROWS))
    assert world.begin(OLD) == ()
    assert world.begin(OLD, view="seen") == (definition(OLD, LAST),)
    assert world.begin(NEW) == tuple(definition(NEW, view) for view in NEW.features.views[:2])


def test_what_nobody_can_ask_for_any_more_is_not_filled() -> None:
    world, charter = Filling(), charter_of(QUEUE)
    world.accept("shops", table([*ROWS, (999, "old", START - timedelta(days=90), START, 1, True, 1.0)]))
    world.backfill(charter)
    assert [fill.items for fill in world.catalog.fills(charter.model)] == [40]


def test_a_definition_that_nobody_needs_any_more_is_left_alone() -> None:
    world = Filling()
    world.accept("shops", table(ROWS))
    world.begin(OLD)
    assert [world.step(event) for event in world.events.published] == [0, 0, 0]


def test_an_upload_that_is_being_built_is_not_lost_however_long_ago_the_one_before_it_was() -> None:
    world, charter = Filling(), charter_of(LAST)
    world.upload(charter, "shops", table(ROWS[:100]))
    world.clock.advance(7 * QUIET)
    world.accept("shops", table(ROWS[100:]))
    assert world.sweep(charter) == []
    world.clock.advance(QUIET)
    assert world.sweep(charter) == [definition(charter, LAST)]


def test_what_the_function_cannot_hold_is_refused_with_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_sizes, "ROOM", 10_000)
    world, charter = Filling(), charter_of(LAST)
    world.accept("shops", table(ROWS))
    assert world.begin(charter) == ()
    (fill,) = world.catalog.fills(charter.model)
    assert fill.refused is not None
    assert fill.refused.startswith("200 rows of shops (0 MB) have to be in memory together")
    assert "Remedy: Keep older rows in a dataset of their own" in fill.refused
    world.clock.advance(QUIET)
    assert world.sweep(charter) == []


def shifted(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    return shops.with_columns(pl.col("seen_at") + timedelta(hours=int(zones["hours"][-1])))


def test_a_derived_view_is_filled_once_all_that_it_looks_up_is_there() -> None:
    derive = Derivation("features:shifted", ("zones",), "c1")
    world, charter = Filling(shifted=shifted), charter_of(LAST, derive=derive)
    world.accept("shops", table(ROWS))
    world.backfill(charter)
    assert world.served(charter, "s1", LATER).missing == ("seen",)
    world.accept("zones", pl.DataFrame({"zone": ["here"], "hours": [1]}))
    world.backfill(charter)
    assert world.served(charter, "s1", LATER).values["seen.length"] == 161
    (fill,) = world.catalog.fills(charter.model)
    assert fill.upto == {"shops": 1, "zones": 1}


def test_the_record_says_what_the_rows_looked_like() -> None:
    world, charter = Filling(), charter_of(LAST)
    world.clock.moment = LATER
    world.accept("shops", table(ROWS))
    world.backfill(charter)
    (fill,) = world.catalog.fills(charter.model)
    assert fill.statistics is not None
    assert (fill.statistics.rows, fill.statistics.entities) == (200, 40)
    assert fill.statistics.newest == START + timedelta(minutes=199)
    assert fill.statistics.values["length"].greatest == 199
