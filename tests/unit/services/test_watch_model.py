"""A look at a model: what it says of windows, whom it tells and how often, whatever comes late, twice or in between."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from serin.adapters.memory.world import MemoryClock
from serin.domain.charter import Monitoring
from serin.domain.errors import Conflict, NotFound, Unavailable
from serin.domain.feedback import Feedback
from serin.domain.prediction_ids import prediction_id
from serin.domain.records import as_record, from_record
from serin.domain.watched import WindowReport
from serin.services.show_watch import show_watch
from serin.services.tend_episode import tend_episode
from tests.builders import a_run
from tests.unit.services import watching
from tests.unit.services.ports_that_crash import Crash, Fuse
from tests.unit.services.truths import DAY, HOUR
from tests.unit.services.watching import BEGIN, POLICY, WEEK, Watching, orders, watched_charter


def report(world: Watching, week: int) -> WindowReport:
    key = f"reports/late-orders/{BEGIN + (week + 1) * WEEK:%Y-%m-%d}.json"
    return from_record(WindowReport, json.loads(world.lake.get(key)))


def test_without_rows_or_with_one_nothing_is_said() -> None:
    world = Watching()
    world.serves(1, a_day=1, days=1)
    world.after(1)
    for window, rows in zip(world.windows(), (0, 1), strict=True):
        assert (window.status, window.rows) == ("INSUFFICIENT_DATA", rows)
        assert "No change" not in window.words
        assert all(of.status == "INSUFFICIENT_DATA" for of in window.performance)


def test_no_value_that_contracts_keep_back_stands_in_a_report_or_in_what_people_are_told() -> None:
    def looked(*hidden: str) -> tuple[str, str]:
        (orders, shops) = watched_charter().datasets
        kept = (replace(orders, not_shown=hidden or None), shops)
        world = Watching(charter=replace(watched_charter(), datasets=kept, monitoring=Monitoring(DAY, POLICY)))
        for week in range(2):
            world.serves(week, shift=7.5)
            world.after(week)
        amount = next(of for of in report(world, 1).drift.features if of.feature == "amount")
        assert amount.status == "DRIFT"
        return repr(amount), str(world.notices.sent)

    amount, told = looked()
    assert ("maximum=None" in amount, "it reaches from" in amount) == (False, True)
    assert "amount" in told
    amount, told = looked("amount")
    assert [f"{name}=None" in amount for name in ("minimum", "maximum", "reference_maximum")] == [True] * 3
    assert "it reaches from" not in amount + told


@pytest.mark.slow
def test_what_is_as_it_was_says_what_would_have_been_seen_and_tells_nobody() -> None:
    world = Watching()
    for week in range(3):
        world.serves(week)
        world.truth_of(week)
        world.after(week)
    assert [window.status for window in world.windows()] == ["NO_DRIFT_SEEN"] * 3
    newest = world.windows()[-1]
    assert newest.performance[0].status == "NO_LOSS_SEEN"
    assert (newest.truth.asked, newest.truth.labelled, newest.truth.of_dataset) == (210, 210, 210)
    assert newest.words == "No change was seen."
    assert world.notices.sent == []
    found = report(world, 2)
    assert {of.feature for of in found.drift.features} == {"amount", "shop", "queue.length"}
    assert all("seen within two windows" in of.sentence for of in found.drift.features)
    assert [(of.column, of.value) for of in found.slices] == [("shop", "north"), ("shop", "south")]
    assert all(of.quality is not None and of.quality.rows > 50 for of in found.slices)


@pytest.mark.slow
def test_inputs_that_move_while_answers_stay_right_are_data_drift_told_once() -> None:
    world = Watching()
    for week in range(4):
        world.serves(week, shift=0.0 if week < 1 else 1.0)
        world.truth_of(week)
        world.after(week)
        world.looks(BEGIN + (week + 1) * WEEK + DAY + 2 * HOUR)
    statuses = [window.status for window in world.windows()]
    assert statuses == ["NO_DRIFT_SEEN", "SUSPECTED", "DRIFT", "DRIFT"]
    assert "data drift" in world.windows()[-1].words
    assert [event.name for event in world.events.published] == ["Drift Detected"]
    (sent,) = world.notices.sent
    assert sent[0] == "Drift of late-orders: amount, shop=north, shop=south"
    (episode,) = [of for of in world.catalog.watch_state("late-orders").episodes if of.feature == "amount"]
    assert episode.status == "open"
    assert episode.onset is not None
    assert abs(episode.onset - (BEGIN + WEEK)) <= DAY
    assert "skew" in report(world, 1).skew[0]
    assert world.workflows.trainings == {}
    assert world.catalog.watch_state("late-orders").decision.action == "none"  # type: ignore[union-attr]


@pytest.mark.slow
def test_labels_that_mean_something_else_are_concept_drift() -> None:
    world = Watching()
    for number in range(60):
        # Every upload may begin a training that finds a version there already: none of them has tried anything.
        world.catalog.save_run(a_run(id=f"skipped{number}", status="skipped", at=BEGIN + number * HOUR))
    for week in range(2):
        world.serves(week)
        world.truth_of(week, flipped=0.0 if week < 1 else 0.35)
        world.after(week)
    newest = world.windows()[-1]
    assert newest.performance[0].status == "LOSS"
    assert newest.of_dataset.status == "LOSS"
    assert "concept drift" in newest.words
    assert [event.name for event in world.events.published] == ["Performance Degraded"]
    assert list(world.workflows.trainings.values()) == [("late-orders", "performance")]
    begun = "A training of late-orders begins (performance)"
    assert world.titles() == ["Version 1 of late-orders is worse", begun]
    world.after(1)
    assert len(world.workflows.trainings) == 1
    assert world.titles()[2:] == []


@pytest.mark.slow
def test_unsure_scores_are_told_before_truth_comes_and_train_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Watching()
    for week in range(2):
        world.serves(week)
        world.truth_of(week)
        world.after(week)
    sure = report(world, 1).estimated
    assert sure is not None
    assert sure.status == "NO_LOSS_SEEN"
    assert sure.window.estimate == pytest.approx(sure.reference.estimate, abs=0.02)  # type: ignore[union-attr]
    unsure = pl.when(pl.col("score") > 0.5).then(0.6).otherwise(0.4).alias("score")
    monkeypatch.setattr(watching, "orders", lambda *days, **more: orders(*days, **more).with_columns(unsure))
    for week in (2, 3):
        world.serves(week)
        world.after(week)
    feared = report(world, 2).estimated
    assert feared is not None
    assert feared.status == "LOSS"
    assert feared.sentence.endswith("and cannot see another.")
    assert world.titles() == ["Version 1 of late-orders is likely to be worse"]
    assert world.workflows.trainings == {}


LATE = st.lists(st.integers(0, 23), min_size=1, max_size=2)
"""How many days late a week's truth comes, each time it does: that of its first day is 30 days late then."""


@pytest.fixture(scope="module")
def in_time() -> Watching:
    world = Watching()
    for week in range(2):
        world.serves(week)
        world.truth_of(week)
    world.after(1)
    return world


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples // 20, phases=(Phase.explicit, Phase.generate))
@example(([23, 23], [0]))
@given(st.tuples(LATE, LATE))
def test_truth_twice_out_of_order_and_thirty_days_late_ends_in_the_same_numbers(
    in_time: Watching, late: tuple[list[int], list[int]]
) -> None:
    world = Watching()
    for week in range(2):
        world.serves(week)
    arrivals = sorted((BEGIN + (week + 1) * WEEK + days * DAY, week) for week in range(2) for days in late[week])
    for at, week in arrivals:
        # A look that finds week 0 whole, and may find no truth of it yet.
        if at > BEGIN + WEEK + DAY and not world.windows():
            world.after(0)
        world.truth_of(week, at=at)
        world.looks(at + HOUR)
    last = max(BEGIN + 2 * WEEK, *(at for at, _ in arrivals)) + DAY
    # What was joined at the very moment of a look may have come after it.
    for hours in (1, 2):
        world.looks(last + hours * HOUR)
    assert world.looks(last + 3 * HOUR).again == ()
    for week in range(2):
        of_late, of_in_time = (report(of, week) for of in (world, in_time))
        assert of_late.window.performance == of_in_time.window.performance
        assert of_late.window.days == of_in_time.window.days
        assert of_late.slices == of_in_time.slices
        assert of_late.drift == of_in_time.drift


@pytest.mark.slow
def test_what_one_token_says_changes_nothing_and_what_all_say_is_an_alarm_by_callers_alone() -> None:
    for tokens, status in ((("liar",), "INSUFFICIENT_DATA"), ([f"t{number}" for number in range(5)], "LOSS")):
        world = Watching(watched_charter(token_share=0.25))
        world.serves(0)
        world.feedback_on(0, tokens, flipped=0.3)
        strangers = [prediction_id(model, BEGIN + HOUR, b"never---") for model in ("late-orders", "early-orders")]
        world.says("stranger", *(Feedback(name, True) for name in strangers), at=BEGIN + WEEK)
        world.after(0)
        (window,) = world.windows()
        counted = 210 if status == "LOSS" else 0
        assert (window.truth.labelled, window.truth.uncounted) == (counted, 210 - counted)
        assert window.performance[0].status == status
        assert window.of_dataset.status == "INSUFFICIENT_DATA"
        assert bool(world.notices.sent) == (status == "LOSS")
        assert world.workflows.trainings == {}
    assert world.titles() == [
        "Version 1 of late-orders is worse",
        "A training of late-orders is proposed (performance)",
    ]
    assert "210 of them by the word of callers" in world.notices.sent[0][1]


def test_a_look_that_was_interrupted_tells_the_next_time_and_once() -> None:
    world = Watching()
    world.serves(0)
    world.truth_of(0, flipped=0.8)
    world.notices.failures = 1
    with pytest.raises(Unavailable):
        world.after(0)
    assert world.notices.sent == []
    for hours in (2, 3):
        world.looks(BEGIN + WEEK + DAY + hours * HOUR)
    assert world.titles() == ["Version 1 of late-orders is worse", "A training of late-orders begins (performance)"]


# The tenth file is the report; the second state is written once all was told.
DIES_AT = [("lake", 10), ("catalog", 1), ("catalog", 2), ("notices", 1), ("workflows", 1)]
WRITES = {"lake": "put", "catalog": "save_watch", "workflows": "start_training"}


@pytest.fixture(scope="module")
def undisturbed() -> Watching:
    world = Watching()
    world.serves(0)
    world.truth_of(0, flipped=0.8)
    world.after(0)
    return world


def numbers_of(world: Watching) -> Any:
    (window,) = world.windows()
    assert window.truth is not None
    return replace(window, at=BEGIN, truth=replace(window.truth, as_of=BEGIN))


@pytest.mark.slow
@pytest.mark.parametrize(("port", "call"), DIES_AT)
def test_wherever_a_look_dies_the_next_one_ends_where_it_would_have(
    port: str, call: int, undisturbed: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, fuse = Watching(), Fuse(call, after=True)
    world.serves(0)
    world.truth_of(0, flipped=0.8)
    world.joins(BEGIN + WEEK + DAY + HOUR)
    write = getattr(getattr(world, port), WRITES.get(port, "publish"))
    with monkeypatch.context() as patch:
        patch.setattr(getattr(world, port), write.__name__, lambda *given: fuse.call(write, *given))
        with pytest.raises(Crash):
            world.looks(BEGIN + WEEK + DAY + HOUR, joins=False)
    for hours in (1, 2):
        world.looks(BEGIN + WEEK + DAY + hours * HOUR, joins=False)
    assert numbers_of(world) == numbers_of(undisturbed)
    assert world.catalog.watch_state("late-orders").episodes == undisturbed.catalog.watch_state("late-orders").episodes
    assert world.workflows.trainings == undisturbed.workflows.trainings
    # Who died between telling and writing that down tells it again; nothing is left untold.
    assert list(dict.fromkeys(world.titles())) == undisturbed.titles()
    assert world.catalog.watch_state("late-orders").outbox == ()


def test_another_look_that_was_first_is_left_to_go_on() -> None:
    world = Watching()
    world.serves(0)
    save = world.catalog.save_watch
    world.catalog.save_watch = lambda state, windows=(): False  # type: ignore[method-assign]
    assert world.after(0).found == "another look is at it"
    world.catalog.save_watch = save  # type: ignore[method-assign]
    assert world.after(0).judged == (f"{BEGIN + WEEK:%Y-%m-%d}",)


@pytest.mark.slow
def test_a_new_version_is_held_against_what_it_learnt_and_closes_what_was_open() -> None:
    world = Watching()
    for week in range(3):
        world.serves(week, shift=1.0)
        world.after(week)
    assert any(of.status == "open" for of in world.catalog.watch_state("late-orders").episodes)
    world.releases(2, BEGIN + 3 * WEEK)
    world.serves(3, version=2)
    world.after(3)
    assert world.windows()[-1].version == 2
    episodes = world.catalog.watch_state("late-orders").episodes
    assert {of.status for of in episodes} == {"closed"}
    assert "version 2 learnt" in (episodes[0].closed_because or "")


@pytest.mark.slow
def test_an_episode_is_taken_by_one_and_closed_by_hand_until_the_feature_drifts_on() -> None:
    world = Watching()
    for week in range(3):
        world.serves(week, shift=1.0)
        world.after(week)
    ports: Any = {"catalog": world.catalog, "clock": MemoryClock(BEGIN + 3 * WEEK)}
    assert tend_episode("late-orders", "amount", "acknowledge", "ana", **ports).acknowledged_by == "ana"
    with pytest.raises(Conflict):
        tend_episode("late-orders", "amount", "acknowledge", "bob", **ports)
    with pytest.raises(NotFound):
        tend_episode("late-orders", "queue.length", "close", "ana", **ports)
    closed = tend_episode("late-orders", "amount", "close", "ana", **ports)
    assert (closed.closed_because, closed.closed_by) == ("ana closed it", "ana")
    told = [
        one for one in ports["catalog"].latest_entries("watch", "late-orders").items if one.what == "episodes closed"
    ]
    assert [one.by for one in told] == ["ana"]
    shown = show_watch("late-orders", (BEGIN + WEEK).date(), catalog=world.catalog, lake=world.lake)
    assert (shown.report.window.begin, len(shown.windows)) == (BEGIN + WEEK, 3)  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        show_watch("late-orders", (BEGIN - WEEK).date(), catalog=world.catalog, lake=world.lake)
    world.serves(3, shift=1.0)
    world.after(3)
    assert [of.status for of in world.catalog.watch_state("late-orders").episodes if of.feature == "amount"] == [
        "closed",
        "open",
    ]


@pytest.mark.slow
def test_the_answers_are_watched_once_their_own_first_windows_say_how_they_vary() -> None:
    world = Watching()
    for week in range(5):
        world.serves(week)
        world.after(week)
    assert "the model's answer" not in {of.feature for of in report(world, 3).drift.features}
    assert "the model's answer" in {of.feature for of in report(world, 4).drift.features}


@pytest.mark.slow
def test_a_look_reads_its_own_window_and_the_four_before_it_and_not_history() -> None:
    world = Watching()
    for week in range(7):
        world.serves(week)
        world.after(week)
    world.serves(7)
    world.joins(BEGIN + 8 * WEEK + DAY)
    read: list[str] = []
    world.lake.get = lambda key, version_id=None, get=world.lake.get: read.append(key) or get(key)  # type: ignore[method-assign]
    world.looks(BEGIN + 8 * WEEK + DAY + HOUR, joins=False)
    old = [key for key in read if "/days/" in key or key.startswith("predictions/")]
    assert all(key.split("/")[2 if "predictions" in key else 3][:10] >= f"{BEGIN + 3 * WEEK:%Y-%m-%d}" for key in old)


@pytest.mark.slow
def test_a_window_and_its_report_come_back_as_they_were_written() -> None:
    world = Watching()
    world.serves(0)
    world.truth_of(0)
    world.after(0)
    found = report(world, 0)
    assert from_record(WindowReport, as_record(found)) == found
    assert replace(found.window, at=world.windows()[0].at) == world.windows()[0]
