"""What a look makes of what came of trainings, of late truth, of callers, and of whatever stands in data."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from serin.data.looks.truth import of_known_classes
from serin.data.watching.kept import WHOLE
from serin.data.watching.learnt import learnt
from serin.domain.charter import Charter
from serin.domain.feedback import Feedback
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.records import as_record
from serin.domain.truth import label_text
from serin.domain.watched import WatchState
from serin.services.steps.retraining_facts import RetrainingFacts
from tests.builders import a_run
from tests.unit.services import watching
from tests.unit.services.truths import DAY, HOUR, MODEL
from tests.unit.services.watching import BEGIN, LEARNT_WEEKS, POLICY, WEEK, Watching, orders, watched_charter

HOSTILE = "north\nClick http://evil.example\x1b[31m\u202e" + "A" * 400


@pytest.fixture(autouse=True)
def _without_power(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would have been seen takes most of a look's time, and is asked for nowhere here."""
    monkeypatch.setattr("serin.data.watching.learnt.with_power", lambda reference, windows: reference)


def state(world: Watching) -> WatchState:
    return world.catalog.watch_state(MODEL)


def decided(world: Watching) -> Decision:
    """What the last look has decided."""
    decision = state(world).decision
    assert decision is not None
    return decision


def test_a_training_that_said_nothing_is_followed_by_another_one_and_never_by_the_same() -> None:
    world = Watching()
    world.serves(0)
    world.truth_of(0, flipped=0.8)
    world.after(0)
    (first,), at = world.workflows.trainings, BEGIN + WEEK + DAY + HOUR
    world.looks(at + HOUR)
    assert [*world.workflows.trainings] == [first]
    world.catalog.save_run(a_run(id=first, status="failed", at=at, cause="performance"))
    world.looks(at + 2 * HOUR)
    assert "ended without a verdict" in decided(world).sentence
    for hours in (25, 26):
        world.looks(at + hours * HOUR)
        assert decided(world).action == "train"
        assert len(world.workflows.trainings) == 2
    assert world.titles().count("A training of late-orders begins (performance)") == 2


def test_late_truth_about_a_version_that_is_watched_no_more_stands_in_its_window_and_opens_nothing() -> None:
    world = Watching()
    world.serves(0)
    world.after(0)
    world.releases(2, BEGIN + WEEK)
    world.serves(1, version=2)
    world.after(1)
    world.truth_of(0, at=BEGIN + 2 * WEEK + DAY, flipped=0.8)
    world.looks(BEGIN + 2 * WEEK + 2 * DAY)
    assert world.windows()[0].performance[0].status == "LOSS"
    assert (state(world).episodes, world.notices.sent) == ((), [])


def test_what_a_new_version_closes_stands_in_the_window_that_shows_it() -> None:
    world = Watching()
    world.serves(0)
    world.truth_of(0, flipped=0.8)
    world.after(0)
    world.releases(2, BEGIN + WEEK)
    world.serves(1, version=2)
    world.after(1)
    assert world.windows()[1].closed == ("log_loss",)


def test_episodes_of_the_version_before_are_no_reason_to_train_the_live_one() -> None:
    charter = watched_charter()
    world = Watching(charter=replace(charter, retraining=replace(charter.retraining, on_data_drift="train")))
    for week in range(2):
        world.serves(week, shift=3.0)
        world.after(week)
    assert [cause for _, cause in world.workflows.trainings.values()] == ["drift"]
    world.releases(2, BEGIN + 2 * WEEK + DAY)
    world.looks(BEGIN + 2 * WEEK + 2 * DAY)
    assert decided(world).cause is None


@pytest.mark.parametrize("said", [None, "right", "wrong"])
def test_callers_neither_begin_a_training_nor_hide_what_the_dataset_shows(said: str | None) -> None:
    for flipped in (0, 8):
        world = Watching(watched_charter(token_share=0.2))
        world.serves(0)
        every = list(world.labels_of[0].items())
        known = [(order, late != (place % 10 < flipped)) for place, (_, (order, late)) in enumerate(every[::2])]
        world.arrives(*known, at=BEGIN + WEEK)
        for token in range(5 if said else 0):
            its = [Feedback(name, late == (said == "right")) for name, (_, late) in every[1::2][token::5]]
            world.says(f"t{token}", *its, at=BEGIN + WEEK)
        world.after(0)
        trained = [cause for _, cause in world.workflows.trainings.values()]
        assert trained == (["performance"] if flipped else [])
        assert (decided(world).action == "propose") == (said == "wrong" and not flipped)


def test_windows_of_a_charter_that_went_by_another_metric_are_not_read_as_this_one_s() -> None:
    world = Watching()
    world.serves(0)
    world.truth_of(0)
    world.after(0)
    (window,) = world.windows()
    gate = replace(world.charter.training.gate, metric="roc_auc")
    charter = replace(world.charter, training=replace(world.charter.training, gate=gate))
    facts = facts_of(world, charter)
    assert window.dataset_days is not None
    assert [of.loss for of in facts_of(world, world.charter).decay] == [window.performance[0].loss]
    assert facts.performance is not None
    assert (facts.decay, facts.performance.status) == ((), "INSUFFICIENT_DATA")


def facts_of(world: Watching, charter: Charter) -> Any:
    version = world.catalog.version(MODEL, 1)
    return RetrainingFacts(charter, version, BEGIN, (), BEGIN + 2 * WEEK, catalog=world.catalog).facts()


@pytest.mark.parametrize(("status", "counts"), [("failed", True), ("rejected", False)])
def test_rows_about_which_a_training_has_said_something_are_no_new_ones(status: Any, counts: bool) -> None:
    charter = watched_charter()
    charter = replace(charter, retraining=replace(charter.retraining, new_rows=1))
    world = Watching(charter=charter)
    world.serves(0)
    world.truth_of(0)
    came = len(world.labels_of[0])
    assert facts_of(world, charter).new_rows == came
    world.catalog.save_run(a_run(id="r9", status=status, at=BEGIN + WEEK + HOUR, cause="volume"))
    assert facts_of(world, charter).new_rows == (came if counts else 0)


def test_what_stands_in_data_is_told_on_one_line_short_and_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    def hostile(*told: Any) -> pl.DataFrame:
        shop = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit(HOSTILE)).otherwise("shop")
        return orders(*told).with_columns(shop.alias("shop"))

    world = Watching()
    monkeypatch.setattr(watching, "orders", hostile)
    for week in range(2):
        world.serves(week)
        world.after(week)
    (told,) = world.notices.sent
    everything = json.dumps([told[1], *map(as_record, world.windows()), as_record(state(world))])
    assert "new (north\\\\nClick" in everything
    assert not any(sign in everything for sign in ("north\\nClick", "\\u001b", '"\\u202e', "A" * 61))


def test_a_slice_that_no_request_can_name_is_left_out_and_a_command_can_be_copied() -> None:
    nasty = """"'; touch x; #"""
    rows = orders(BEGIN - LEARNT_WEEKS * WEEK, LEARNT_WEEKS * 7, seed=1).rename({"at": "__moment"})
    shops = [(HOSTILE, nasty, "", "N/A")[number % 4] for number in range(rows.height)]
    rows = rows.with_columns(pl.Series("shop", shops))
    kept = learnt(rows, ["amount"], ["shop"], POLICY, in_time=True)
    assert {value for column, value in kept.references if (column, value) != WHOLE} == {nasty, "", "N/A"}
    assert kept.slices_left_out == 1


def test_the_command_of_a_notice_names_its_episode_whatever_the_value_is() -> None:
    from serin.services.steps.watch_notices import _what_to_do

    for name in ("amount", """shop="'; touch x; #""", "shop=$(x)", "shop=N/A"):
        assert shlex.split(_what_to_do(MODEL, name)[1].rpartition("serin ")[2])[-1] == name


@pytest.mark.parametrize(
    ("task", "positive", "classes", "counts"),
    [
        ("binary", "late", ("on time", "late"), [True, True, False, False]),
        ("binary", None, (0, 1), [False, False, True, False]),
        ("binary", None, (), [True, True, True, True]),
        ("multiclass", None, ("late", "on time", "gone"), [True, True, False, False]),
    ],
)
def test_a_label_that_the_version_does_not_know_is_none_and_not_the_negative_class(
    task: Any, positive: Any, classes: Any, counts: list[bool]
) -> None:
    said = [label_text(label) for label in ("late", "on time", 1, "diverted")]
    rows = pl.DataFrame({"said": said, "label": said, "source": ["dataset"] * 4})
    known = of_known_classes(rows, replace(watched_charter(), task=task, positive=positive), classes)
    assert known["label"].is_not_null().to_list() == counts
    assert known["source"].is_not_null().to_list() == counts


def test_a_metric_that_rows_cannot_show_is_said_to_be_that_and_not_too_little_truth() -> None:
    world = Watching()
    gate = replace(world.charter.training.gate, metric="roc_auc")
    world.charter = replace(world.charter, training=replace(world.charter.training, gate=gate))
    world.serves(0)
    world.arrives(*((order, True) for order, _ in world.labels_of[0].values()), at=BEGIN + WEEK)
    world.after(0)
    judged = world.windows()[0].performance[0]
    assert (judged.metric, judged.status) == ("roc_auc", "INSUFFICIENT_DATA")
    assert "210 rows with truth do not show it" in judged.sentence
