"""Truth from the dataset and from callers, joined with the prediction log: which counts, and that order does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.domain.charter import DatasetUse, Derivation
from serin.domain.feedback import Feedback
from serin.domain.prediction_ids import prediction_id
from serin.domain.truth import facts_below
from serin.services.gather_truth import TruthGathered
from tests.builders import NOON, a_charter
from tests.unit.services.ports_that_crash import Crash, Fuse
from tests.unit.services.truths import DAY, HOUR, MODEL, TRUTH, Truths, labelled


def created_by_column(**parts: Any) -> Truths:
    return Truths(a_charter(truth=replace(TRUTH, created_time="at", **parts)))


def test_a_prediction_has_the_label_that_came_after_its_question() -> None:
    world = Truths()
    first, second, third = (world.asks(number) for number in range(3))
    world.arrives((0, True), (1, False), (7, True), (2, None), at=NOON + HOUR)
    world.joins(NOON + 2 * HOUR)
    assert world.labels("source", "created") == {
        first: (True, "dataset", NOON + HOUR),
        second: (False, "dataset", NOON + HOUR),
    }
    assert third in world.window().rows.filter(pl.col("label").is_null())["prediction_id"]
    assert world.window().rows.columns[:5] == ["prediction_id", "at", "version", "score", "answer"]


def test_what_was_known_when_the_question_was_asked_is_no_truth_and_what_is_not_known_yet_not_either() -> None:
    world = created_by_column()
    names = [world.asks(number) for number in range(3)]
    world.arrives((0, True), at=NOON + HOUR, seen=NOON)
    world.arrives((1, True), at=NOON + HOUR, seen=NOON + 3 * HOUR)
    world.arrives((2, True), at=NOON + HOUR, seen=NOON + HOUR)
    world.joins(NOON + HOUR)
    assert world.labels() == {names[2]: True}
    world.now = NOON + 3 * HOUR
    assert world.labels() == {names[1]: True, names[2]: True}


def test_of_a_rows_versions_the_one_accepted_last_counts_of_those_that_had_been_created() -> None:
    world = created_by_column()
    names = [world.asks(number) for number in range(2)]
    world.arrives((0, True), (1, True), at=NOON + HOUR, seen=NOON + HOUR)
    world.joins(NOON + HOUR)
    world.arrives((0, False), (1, None), at=NOON + 5 * HOUR, seen=NOON + 4 * HOUR)
    world.joins(NOON + 5 * HOUR)
    assert world.labels() == {names[0]: False}
    world.now = NOON + 2 * HOUR
    assert world.labels() == dict.fromkeys(names, True)


def test_a_correction_that_is_taken_back_before_it_is_joined_is_no_correction() -> None:
    world = created_by_column()
    name = world.asks(1)
    for label in (True, False, True):
        world.arrives((1, label), at=NOON + HOUR, seen=NOON + HOUR)
        if label:
            world.joins(NOON + 2 * HOUR)
    assert world.labels() == {name: True}


def test_joining_again_adds_nothing_and_costs_no_look_at_what_is_old() -> None:
    world = Truths()
    world.asks(0)
    world.arrives((0, True), at=NOON + HOUR)
    assert world.joins(NOON + HOUR) == TruthGathered(1, 1)
    assert world.joins(NOON + 2 * HOUR) == TruthGathered()
    world.joins(NOON + 4 * DAY)
    read: list[str] = []
    world.lake.get = lambda key, version_id=None, get=world.lake.get: read.append(key) or get(key)  # type: ignore[method-assign]
    assert world.joins(NOON + 5 * DAY) == TruthGathered()
    assert read == []


def test_a_line_of_the_log_that_arrives_after_its_truth_is_joined_all_the_same() -> None:
    world = Truths()
    world.arrives((0, True), at=NOON + HOUR)
    world.joins(NOON + HOUR)
    name = world.asks(0)
    world.joins(NOON + 2 * HOUR)
    assert world.labels() == {name: True}


def test_truth_that_comes_too_late_changes_nothing_and_the_state_says_what_was_changed() -> None:
    world = Truths()
    name, other = world.asks(0), world.asks(1)
    world.joins(NOON + 3 * DAY)
    world.arrives((0, True), at=NOON + 31 * DAY)
    world.joins(NOON + 31 * DAY)
    assert world.catalog.truth_state(MODEL).changed == {"2013-04-01": NOON + 31 * DAY}
    world.arrives((1, True), at=NOON + 33 * DAY)
    world.joins(NOON + 33 * DAY)
    assert world.labels() == {name: True}
    assert world.catalog.truth_state(MODEL).changed == {}
    assert other in set(world.window().rows["prediction_id"])


@pytest.mark.parametrize("after", [False, True])
def test_a_day_about_which_something_was_kept_has_changed_whoever_died_then(
    after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, fuse = Truths(), Fuse(1, after=after)
    name = world.asks(1)
    world.arrives((1, True), at=NOON + HOUR)
    write = world.lake.put

    def dies(key: str, content: bytes) -> None:
        if key.startswith(facts_below(MODEL)):
            fuse.call(write, key, content)
        else:
            write(key, content)

    with monkeypatch.context() as patch:
        patch.setattr(world.lake, "put", dies)
        with pytest.raises(Crash):
            world.joins(NOON + HOUR)
    world.joins(NOON + 2 * HOUR)
    assert world.labels() == {name: True}
    changed = NOON + HOUR if after else NOON + 2 * HOUR
    assert world.catalog.truth_state(MODEL).changed == {"2013-04-01": changed}


def test_a_window_may_be_judged_after_the_watermark_and_later_truth_gives_it_another_digest() -> None:
    world = Truths()
    name = world.asks(0)
    world.now = NOON + 36 * HOUR - timedelta(microseconds=1)
    assert not world.window().may_be_judged
    world.joins(NOON + 36 * HOUR)
    before = world.window()
    assert before.may_be_judged
    world.arrives((0, True), at=NOON + 40 * HOUR)
    world.joins(NOON + 40 * HOUR)
    assert world.labels() == {name: True}
    assert world.window().digest != before.digest
    assert world.window().digest == world.window().digest


def test_a_repeated_request_counts_once_and_one_without_an_answer_not() -> None:
    world = Truths()
    world.asks(0, key="k1", request_id="a")
    again = world.asks(0, NOON + timedelta(seconds=1), key="k1", request_id="b")
    world.asks(1, score=None)
    assert world.window().rows["prediction_id"].to_list() == [again]


def test_the_dataset_counts_before_callers_and_the_conflict_is_said() -> None:
    world = Truths()
    first, second = world.asks(0), world.asks(1)
    world.says("t1", Feedback(first, label=False, rating=2), Feedback(second, label=False), at=NOON + HOUR)
    world.arrives((0, True), at=NOON + 2 * HOUR)
    world.joins(NOON + 2 * HOUR)
    assert world.labels("source", "token", "conflict", "rating") == {
        first: (True, "dataset", None, True, 2.0),
        second: (False, "feedback", "t1", False, None),
    }


@pytest.mark.parametrize(
    ("conflict", "label", "token"), [("keep_first", True, "t2"), ("keep_last", False, "t1"), ("leave_out", None, None)]
)
def test_of_callers_who_differ_the_charter_says_who_counts(conflict: Any, label: Any, token: Any) -> None:
    world = Truths(a_charter(truth=replace(TRUTH, conflict=conflict)))
    name = world.asks(0)
    world.says("t2", Feedback(name, label=True), at=NOON + HOUR)
    world.says("t1", Feedback(name, label=False), at=NOON + 2 * HOUR)
    # Sent once more it is no newer word.
    world.says("t2", Feedback(name, label=True), at=NOON + 3 * HOUR)
    world.joins(NOON + 3 * HOUR)
    (row,) = world.window().rows.iter_rows(named=True)
    assert (row["label"], row["token"], row["conflict"]) == (label, token, True)


def test_a_token_that_sends_more_than_its_share_does_not_count_that_day_and_what_it_sent_is_kept() -> None:
    world = Truths(a_charter(truth=replace(TRUTH, token_share=0.25)))
    names = [world.asks(number, NOON + number * timedelta(seconds=1)) for number in range(100)]
    for token in range(5):
        world.says(f"t{token}", *labelled(names[token::5], label=True), at=NOON + HOUR)
    world.joins(NOON + HOUR)
    honest = world.window()
    assert (honest.rows["label"].sum(), honest.over_share) == (100, {})
    world.says("liar", *labelled(names[:30], label=False), at=NOON + HOUR - timedelta(seconds=1))
    world.joins(NOON + 2 * HOUR)
    lied = world.window()
    assert lied.rows["label"].to_list() == honest.rows["label"].to_list()
    assert lied.over_share == {"2013-04-01": {"liar": 0.3}}
    assert (lied.rows["uncounted"].sum(), lied.rows["conflict"].sum()) == (30, 0)


def test_feedback_about_what_nobody_predicted_or_of_another_model_has_no_effect() -> None:
    world = Truths()
    name = world.asks(0)
    never = prediction_id(MODEL, NOON, b"12345678")
    other = world.asks(0, model="early-orders")
    taken = world.says("t1", Feedback(never, label=True), Feedback(other, label=True), at=NOON + HOUR)
    assert [None if refusal is None else refusal.kind for refusal in taken.refusals] == [None, "invalid"]
    world.joins(NOON + HOUR)
    assert (world.labels(), world.window().rows["prediction_id"].to_list()) == ({}, [name])


def test_a_label_that_is_derived_from_other_rows_than_its_own_is_made_of_all_there_are_and_kept_once() -> None:
    orders = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:derived"))
    charter = a_charter(datasets=(orders, a_charter().datasets[1]), truth=replace(TRUTH, label="very"))

    def derived(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns((pl.col("late").sum() > 1).alias("very"))

    world = Truths(charter, functions=lambda call: derived)
    name = world.asks(0)
    world.arrives((0, True), at=NOON + HOUR)
    assert world.joins(NOON + HOUR) == TruthGathered(1, 1)
    assert world.labels() == {name: False}
    world.arrives((1, True), at=NOON + 2 * HOUR)
    assert world.joins(NOON + 2 * HOUR) == TruthGathered(1, 1)
    assert world.joins(NOON + 3 * HOUR) == TruthGathered()
    assert world.labels() == {name: True}


def test_a_dataset_that_cannot_be_read_stops_no_feedback_and_is_tried_again() -> None:
    orders = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:derived"))
    charter = a_charter(datasets=(orders, a_charter().datasets[1]), truth=TRUTH)

    def breaks(rows: pl.DataFrame) -> pl.DataFrame:
        raise ValueError("nothing is late")

    world = Truths(charter, functions=lambda call: breaks)
    first, second = world.asks(0), world.asks(1)
    world.arrives((0, True), at=NOON + HOUR)
    world.says("t1", Feedback(second, label=True), at=NOON + HOUR)
    joined = world.joins(NOON + HOUR)
    assert (joined.facts, "nothing is late" in (joined.reason or "")) == (1, True)
    world.functions = lambda call: lambda rows: rows
    world.joins(NOON + 2 * DAY)
    assert world.labels() == {first: True, second: True}


LATE = st.tuples(st.integers(0, 30 * 24), st.booleans())
"""How many hours late something arrives, and whether truth is joined then."""


@st.composite
def deliveries(draw: st.DrawFn) -> list[Any]:
    """Order, label, said by the dataset or by a token, and how late it arrives, each time it does."""
    late = st.lists(LATE, min_size=1, max_size=2)
    said = st.tuples(st.booleans(), st.sampled_from(["dataset", "t1", "t2"]), late)
    return [(number, *item) for number, item in enumerate(draw(st.lists(said, min_size=2, max_size=6)))]


@settings(max_examples=settings.default.max_examples // 12)
@given(deliveries())
def test_truth_twice_out_of_order_and_thirty_days_late_ends_in_the_same_numbers(said: list[Any]) -> None:
    def ends_in(arrivals: Callable[[list[Any]], list[Any]]) -> list[Any]:
        world = created_by_column()
        known = [NOON + (number * 5 + 1) * HOUR for number, *_ in said]
        names = [world.asks(number, known[number] - HOUR) for number, *_ in said]
        due = [
            (known[number] + hours * HOUR, number, label, by, joined)
            for number, label, by, late in said
            for hours, joined in arrivals(late)
        ]
        for at, number, label, by, joined in sorted(due):
            if by == "dataset":
                world.arrives((number, label), at=at, seen=known[number])
            else:
                world.says(by, Feedback(names[number], label), at=at)
            if joined:
                world.joins(at)
        last = max(at for at, *_ in due)
        world.joins(last)
        rows = world.window(NOON - DAY, NOON + 2 * DAY).rows
        assert rows["label"].null_count() == 0
        return rows.drop("created").rows()

    assert ends_in(lambda late: late) == ends_in(lambda late: [(0, True)])
