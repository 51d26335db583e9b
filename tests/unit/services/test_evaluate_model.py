from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.domain.charter import Charter, ReleaseTerms
from serin.domain.errors import Conflict, Corrupt, Invalid
from serin.domain.experiments import RERUN, Contest, Run, Trial, TrialResult
from serin.domain.judgement.policy import GatePolicy, Matrix, SliceMargin, ValuePolicy
from serin.domain.judgement.release_policy import BASIC, Margins
from serin.domain.judgement.verdicts import Verdict
from serin.domain.models import Artifact, ModelVersion
from serin.domain.names import digest
from serin.learning.columns import read_columns
from serin.learning.evidence import contest_of
from serin.learning.scores import Scores, Validated, write_scores
from serin.learning.splits import judging_splits, learnable_rows, validation_rows
from serin.services.evaluate_model import fail, judge, register
from serin.services.select_trial import select
from serin.services.steps.champions import live_version
from serin.services.train_model import Checked, Refitted, ScoresFile
from tests.builders import NOON, a_charter, a_release, a_run, a_training_set, a_trial, a_verdict, a_version
from tests.unit.learning.orders import START, order_rows, orders_npz

MODEL = "late-orders"
PASSED = a_verdict()
CLOCK = MemoryClock(NOON)
CONTEST = Contest(400, {"roc_auc": 0.8, "log_loss": 0.4}, threshold=0.3)
OWN = f"models/{MODEL}/r1"
REFITTED = Refitted(Artifact(f"{OWN}/model.joblib", "e" * 64), Artifact(f"{OWN}/layer.zip", "f" * 64), "l1", {})


def a_catalog(**run: Any) -> MemoryCatalog:
    catalog = MemoryCatalog()
    catalog.begin_run(a_run(**run))
    return catalog


def results(*losses: float) -> list[TrialResult]:
    return [TrialResult(a_trial(number), {"log_loss": loss}, 1.0) for number, loss in enumerate(losses, start=1)]


def chosen(given: Sequence[TrialResult], optimise: str = "log_loss") -> int:
    charter = a_charter()
    search = replace(charter.training.search, optimise=optimise)
    charter = replace(charter, training=replace(charter.training, search=search))
    return select(charter, "r1", a_training_set(), given, Checked(), catalog=a_catalog()).trial.number


def test_the_trial_with_the_best_metric_is_chosen() -> None:
    assert chosen(results(0.5, 0.3, 0.4)) == 2


def test_a_greater_value_is_chosen_where_greater_is_better() -> None:
    found = [TrialResult(a_trial(n), {"roc_auc": auc, "log_loss": auc}, 1.0) for n, auc in ((1, 0.6), (2, 0.8))]
    assert (chosen(found, "roc_auc"), chosen(found, "log_loss")) == (2, 1)


def test_the_earlier_of_equal_trials_is_chosen() -> None:
    assert chosen(results(0.5, 0.3, 0.3)) == 2


def test_a_trial_without_the_metric_is_not_chosen() -> None:
    assert chosen([TrialResult(a_trial(1), {}, 1.0), *results(math.nan, 0.9)[1:]]) == 2
    assert chosen(results(math.nan, 0.9)) == 2
    assert chosen(results(-math.inf, 0.9)) == 2


def test_trials_none_of_which_has_the_metric_are_refused() -> None:
    with pytest.raises(Invalid, match="No trial has a log_loss"):
        chosen([TrialResult(a_trial(1), {"accuracy": 1.0}, 1.0)])


def test_a_selection_is_remembered_in_the_run() -> None:
    catalog, found = a_catalog(), results(0.5, 0.3)
    select(a_charter(), "r1", a_training_set(), found, Checked(), catalog=catalog)
    run = catalog.run(MODEL, "r1")
    assert (run.training_set, run.trials, run.best) == ("set1", tuple(found), a_trial(2))
    assert run.status == "running"


def test_the_champion_is_the_version_that_went_live_last() -> None:
    catalog = a_catalog()
    for number in (1, 2, 3):
        catalog.register(a_version(number))
        status = "failed" if number == 3 else "live"
        at = NOON + timedelta(hours=number)
        catalog.save_release(a_release(id=f"rel{number}", version=number, status=status, at=at))
    assert live_version(MODEL, catalog=catalog) == a_version(2)
    assert select(a_charter(), "r1", a_training_set(), results(0.5), Checked(), catalog=catalog).champion == a_version(
        2
    )


def test_without_a_live_release_there_is_no_champion() -> None:
    catalog = a_catalog()
    catalog.register(a_version(1))
    assert live_version(MODEL, catalog=catalog) is None


HELD = 14
PER_DAY = 25
FILE = orders_npz(order_rows(days=40, a_day=PER_DAY))
COLUMNS = read_columns(FILE)
HOLDOUT = START + timedelta(days=40 - HELD)
SET = a_training_set(columns_digest=digest(FILE), holdout_from=HOLDOUT, last=COLUMNS.newest())
CHAMPION = a_version(4, learnt_until=HOLDOUT - timedelta(days=1))
ROWS = np.flatnonzero(judging_splits(COLUMNS, HOLDOUT)[0].judge)


def sure(rows: Any, share: float, wrong: int = 10) -> Any:
    """A score of each row: so much for its own class, but for one row in `wrong`; 0.5 says nothing, 1.0 knows all."""
    label = COLUMNS.label[rows].astype(bool)
    return np.where(label ^ (rows % wrong == 0), share, 1.0 - share)


def scores(ours: float, theirs: float | None = None, **parts: Any) -> Scores:
    """What a contest of the training set's holdout found; `theirs` is version 4's, which knows nothing of it."""
    given: dict[str, Any] = {
        "rows": ROWS,
        "moment": COLUMNS.moment[ROWS],
        "label": COLUMNS.label[ROWS],
        "challenger": sure(ROWS, ours),
        "classes": (False, True),
        "champion": None if theirs is None else sure(ROWS, theirs),
        "champion_version": None if theirs is None else 4,
    }
    return Scores(**{**given, **parts})


def judged(
    found: Scores, champion: ModelVersion | None = None, charter: Charter | None = None, trial: Trial | None = None
) -> tuple[Verdict, Run]:
    catalog = a_catalog(best=Trial(1, CHAMPION.params) if trial is None else trial)
    return judged_in(catalog, found, champion, charter), catalog.run(MODEL, "r1")


def judged_in(
    catalog: MemoryCatalog, found: Scores, champion: ModelVersion | None = None, charter: Charter | None = None
) -> Verdict:
    artifacts, lake = MemoryObjectStore(), MemoryObjectStore()
    content = write_scores(found)
    artifacts.put("scores.npz", content)
    lake.put(SET.columns, FILE)
    file, asked = ScoresFile("scores.npz", digest(content)), charter or a_charter()
    return judge(asked, "r1", SET, file, champion, lake=lake, artifacts=artifacts, catalog=catalog, clock=CLOCK)


def test_a_first_model_above_its_floor_passes_and_the_run_goes_on() -> None:
    verdict, run = judged(scores(0.8))
    assert verdict.outcome == "pass"
    assert [check.name for check in verdict.checks] == ["floor of roc_auc", "gain over the trivial answer"]
    assert (run.status, run.verdict, run.reason) == ("running", verdict, None)
    assert run.contest is not None
    assert (run.contest.rows, run.contest.champion) == (HELD * PER_DAY, None)
    assert run.contest.challenger["roc_auc"] == pytest.approx(0.9, abs=0.05)


def test_what_is_measured_beside_the_verdict_is_kept_by_slice_and_by_score() -> None:
    charter = a_charter(slices={"shop": SliceMargin("log_loss", 0.5)})
    catalog = a_catalog()
    judged_in(catalog, scores(0.8), charter=charter)
    measured = catalog.measurements(MODEL, "r1")
    assert measured is not None
    sliced = [of for of in catalog.metrics(MODEL, "r1") if of.slice and of.metric == "log_loss"]
    assert {str(of.slice).partition("=")[0] for of in sliced} == {"shop"}
    assert sum(of.rows for of in sliced) == HELD * PER_DAY
    assert [part.score for part in measured.calibration] == pytest.approx([0.2, 0.8])
    assert measured.calibration_error == pytest.approx(0.1, abs=0.06)


def test_a_model_that_knows_nothing_fails_and_the_run_says_why() -> None:
    verdict, run = judged(scores(0.5))
    assert (verdict.outcome, run.status, run.reason) == ("fail", "rejected", verdict.sentence)
    assert "floor of roc_auc: estimated 0.5," in verdict.sentence


@pytest.mark.parametrize("last_bits", [0.0, 1e-14])
def test_a_first_model_that_says_what_anybody_would_is_no_better_than_nothing(last_bits: float) -> None:
    """Such as one that gives every row the share of positives it learnt, by an arithmetic of its own."""
    share = COLUMNS.label[learnable_rows(COLUMNS, HOLDOUT)].mean()
    same = share * (1 + last_bits * (COLUMNS.label[ROWS] - 0.5))
    verdict, run = judged(scores(0.5, challenger=same), charter=a_charter(floors={}))
    assert (verdict.outcome, run.status) == ("fail", "rejected")
    assert "log_loss is no better, at worst no better " in verdict.sentence


def test_a_weak_challenger_is_rejected_and_the_champion_stays() -> None:
    verdict, run = judged(scores(0.65, 0.8), CHAMPION)
    assert (verdict.outcome, run.status) == ("fail", "rejected")
    assert "worse than version 4's" in verdict.sentence
    assert run.contest is not None
    assert run.contest.champion_version == 4


def test_a_strong_challenger_beats_the_champion() -> None:
    assert judged(scores(0.8, 0.6), CHAMPION)[0].outcome == "pass"


@pytest.mark.parametrize(("cause", "outcome"), [("performance", "pass"), ("call", "pass"), ("schedule", "fail")])
def test_a_training_that_nothing_asked_for_must_gain_more_surely_and_so_must_its_rerun(
    cause: str, outcome: str
) -> None:
    catalog = a_catalog(cause=cause, best=Trial(1, CHAMPION.params))
    # More of its own rows and fewer of the others': a gain of 2.2 standard errors.
    found = scores(0.663, 0.6, challenger=sure(ROWS, 0.663, wrong=5))
    assert judged_in(catalog, found, CHAMPION).outcome == outcome
    again = MemoryCatalog()
    again.begin_run(replace(catalog.run(MODEL, "r1"), id="r0"))
    again.begin_run(a_run(cause=RERUN, parent="r0", best=Trial(1, CHAMPION.params)))
    assert judged_in(again, found, CHAMPION).outcome == outcome


def test_an_equal_challenger_does_not_beat_the_champion() -> None:
    assert judged(scores(0.8, 0.8), CHAMPION)[0].outcome == "fail"


def test_a_champion_that_knows_most_of_the_holdout_leaves_too_few_days_and_the_run_is_undecided() -> None:
    recent = replace(CHAMPION, learnt_until=HOLDOUT + timedelta(days=5))
    rows = np.flatnonzero(judging_splits(COLUMNS, HOLDOUT, recent.learnt_until)[0].judge)
    parts = {"rows": rows, "moment": COLUMNS.moment[rows], "label": COLUMNS.label[rows]}
    found = scores(0.8, 0.6, **{**parts, "challenger": sure(rows, 0.8), "champion": sure(rows, 0.6)})
    verdict, run = judged(found, recent)
    assert (verdict.outcome, run.status) == ("inconclusive", "inconclusive")
    assert "9 days that neither has learnt from; 10 are needed" in (run.reason or "")


def test_of_another_recipe_the_champions_is_judged_on_the_whole_holdout_and_the_verdict_says_so() -> None:
    recent = replace(CHAMPION, learnt_until=HOLDOUT + timedelta(days=5))
    verdict, run = judged(scores(0.8, 0.6), recent, trial=Trial(2, {"max_leaf_nodes": 7}))
    assert (verdict.outcome, run.status) == ("pass", "running")
    assert "Recipes were compared" in verdict.sentence


@pytest.mark.parametrize(
    ("found", "champion", "complaint"),
    [
        (scores(0.8), CHAMPION, "it has no champion, and the champion is version 4"),
        (scores(0.8, 0.6), None, "it has version 4, and the champion is nobody yet"),
        (scores(0.8, 0.6, champion_version=3), CHAMPION, "it has version 3, and the champion is version 4"),
        (scores(0.8, rows=ROWS - 1), None, "which are not the 350"),
        (scores(0.8, rows=ROWS[5:]), None, "it judges 345 rows"),
        (scores(0.8, label=~COLUMNS.label[ROWS].astype(bool)), None, "its labels are not those"),
        (scores(0.8, moment=COLUMNS.moment[ROWS] + 1), None, "its moments are not those"),
        (scores(0.8, classes=(True, False)), None, "its classes are [True, False]"),
        (scores(0.8, challenger=np.full(len(ROWS), math.nan)), None, "350 scores that are no finite number"),
        (scores(0.8, challenger=np.full(len(ROWS), 1.5)), None, "scores that are no probability"),
        (scores(0.8, challenger=np.full(len(ROWS) - 1, 0.5)), None, "scores of shape (349,)"),
        (scores(0.8, 0.6, champion=np.full(len(ROWS), -0.5)), CHAMPION, "the champion has scores that are no prob"),
    ],
)
def test_scores_that_do_not_fit_the_training_set_are_no_evidence(
    found: Scores, champion: ModelVersion | None, complaint: str
) -> None:
    verdict, run = judged(found, champion)
    assert (verdict.outcome, run.status, run.contest) == ("invalid", "invalid", None)
    assert complaint in (run.reason or "")


WORTH = ValuePolicy("USD", Matrix(40, -20, 0, 0), 500)


def validated(share: float) -> Validated:
    rows = np.flatnonzero(validation_rows(COLUMNS, HOLDOUT).newer)
    return Validated(rows, sure(rows, share))


def test_a_first_model_is_judged_by_what_its_decisions_bring() -> None:
    charter = a_charter(value=WORTH)
    verdict, run = judged(scores(0.8, validation=validated(0.8)), charter=charter)
    assert verdict.outcome == "pass"
    assert verdict.checks[-1].unit == "USD per 1,000 predictions"
    assert run.contest is not None
    assert run.contest.threshold == pytest.approx(0.8)
    dear = replace(charter, value=replace(WORTH, minimum_per_1000=50_000))
    assert judged(scores(0.8, validation=validated(0.8)), charter=dear)[0].outcome == "fail"


def test_scores_without_the_rows_that_choose_the_threshold_are_no_evidence() -> None:
    verdict, _ = judged(scores(0.8), charter=a_charter(value=WORTH))
    assert verdict.outcome == "invalid"
    assert "that choose the threshold are not scored" in verdict.sentence


def test_a_better_score_that_loses_value_is_rejected() -> None:
    """Its threshold, chosen on rows where its scores were higher, acts on nobody in the holdout."""
    terms = ReleaseTerms("golden.json", replace(BASIC, margins=Margins(value_per_1000=100)))
    charter = a_charter(value=WORTH, release=terms)
    validation = validated(0.8)
    off = replace(validation, score=np.clip(validation.score + 0.19, 0.0, 1.0))
    verdict, run = judged(scores(0.8, 0.7, validation=off), CHAMPION, charter)
    assert (verdict.outcome, run.status) == ("fail", "rejected")
    assert {check.name: check.outcome for check in verdict.checks} == {
        "floor of roc_auc": "pass",
        "gain over the trivial answer": "pass",
        "gain over the champion": "pass",
        "value against the champion": "fail",
    }
    assert judged(scores(0.8, 0.6, validation=validation), CHAMPION, charter)[0].outcome == "pass"


def test_a_slice_that_collapses_is_caught() -> None:
    """It gains everywhere but in one shop, where it answers the other way round."""
    charter = a_charter(slices={"shop": SliceMargin("log_loss", 0.05)})
    south = COLUMNS.slices["shop"][ROWS] == "south"
    broken = np.where(south, 1.0 - sure(ROWS, 0.8), sure(ROWS, 0.95, wrong=1000))
    verdict, _ = judged(scores(0.8, 0.6, challenger=broken), CHAMPION, charter)
    assert verdict.outcome == "fail"
    assert "slices of shop: south is " in verdict.sentence
    assert judged(scores(0.8, 0.6), CHAMPION, charter)[0].outcome == "pass"


def test_a_metric_that_the_rows_cannot_show_is_left_out_of_the_run() -> None:
    shown = contest_of(scores(0.9, label=np.ones(len(ROWS), bool)), "binary", None)
    assert "roc_auc" not in shown.challenger
    assert "log_loss" in shown.challenger


@pytest.mark.parametrize("parts", [{"challenger": np.full(len(ROWS), "0.8")}, {"challenger": ROWS + 1j}])
def test_what_is_no_real_number_is_no_score(parts: Any) -> None:
    with pytest.raises(Corrupt, match="where numbers are needed"):
        judged(scores(0.8, **parts))


@pytest.mark.parametrize("rows", [np.int64(5), np.array([[1, 2]])])
def test_rows_that_are_no_list_are_no_scores_file(rows: Any) -> None:
    with pytest.raises(Corrupt, match="where a list is needed"):
        judged(scores(0.8, rows=rows))


def test_a_second_version_of_a_regression_is_judged_against_the_first() -> None:
    file = orders_npz(order_rows(days=40, a_day=PER_DAY), lambda row: (row["amount"] or 0.0) / 100, "number")
    columns, charter = read_columns(file), a_charter(task="regression", floors={})
    charter = replace(charter, training=replace(charter.training, gate=GatePolicy("rmse")))
    training_set = a_training_set(columns_digest=digest(file), holdout_from=HOLDOUT, last=columns.newest())
    label = columns.label[ROWS]
    content = write_scores(Scores(ROWS, columns.moment[ROWS], label, label * 0.9, (), label * 0.5 + 0.3, 4))
    catalog, artifacts, lake = a_catalog(best=Trial(1, CHAMPION.params)), MemoryObjectStore(), MemoryObjectStore()
    artifacts.put("scores.npz", content)
    lake.put(training_set.columns, file)
    scored = ScoresFile("scores.npz", digest(content))
    verdict = judge(
        charter, "r1", training_set, scored, CHAMPION, lake=lake, artifacts=artifacts, catalog=catalog, clock=CLOCK
    )
    assert (verdict.outcome, verdict.checks[-1].name) == ("pass", "gain over the champion")


def test_scores_that_were_changed_since_they_were_written_are_not_opened() -> None:
    catalog, artifacts = a_catalog(), MemoryObjectStore()
    artifacts.put("scores.npz", write_scores(scores(0.99)))
    file = ScoresFile("scores.npz", digest(write_scores(scores(0.6))))
    with pytest.raises(Corrupt, match=r"scores\.npz is not what the contest wrote"):
        judge(
            a_charter(),
            "r1",
            SET,
            file,
            None,
            lake=MemoryObjectStore(),
            artifacts=artifacts,
            catalog=catalog,
            clock=CLOCK,
        )
    assert catalog.run(MODEL, "r1") == a_run()


def registered(catalog: MemoryCatalog, events: MemoryEvents, run: str = "r1", refitted: Refitted = REFITTED) -> int:
    charter, training_set = a_charter(), a_training_set()
    return register(
        charter, run, training_set, a_trial(), refitted, catalog=catalog, events=events, clock=MemoryClock(NOON)
    )


@pytest.mark.parametrize("file", ["layer", "estimator"])
def test_a_training_that_names_another_models_file_registers_nothing(file: str) -> None:
    catalog, events = a_catalog(verdict=PASSED, contest=CONTEST), MemoryEvents()
    foreign = replace(REFITTED, **{file: Artifact("models/other/r1/layer.zip", "f" * 64)})
    with pytest.raises(Corrupt, match="does not lie below"):
        registered(catalog, events, refitted=foreign)
    assert (catalog.versions(MODEL), events.published) == ([], [])


def test_what_passed_becomes_a_version_that_says_how_it_was_made() -> None:
    catalog, events = a_catalog(verdict=PASSED, contest=CONTEST), MemoryEvents()
    assert registered(catalog, events) == 1
    version, training_set = catalog.version(MODEL, 1), a_training_set()
    assert (version.run, version.training_set, version.params) == ("r1", "set1", a_trial().params)
    assert (version.metrics, version.verdict) == (CONTEST.challenger, PASSED)
    assert (version.estimator, version.layer, version.lock) == (REFITTED.estimator, REFITTED.layer, "l1")
    assert (version.code, version.charter) == (training_set.code, training_set.charter)
    assert version.threshold == CONTEST.threshold
    assert (version.learnt_until, version.at) == (training_set.last, NOON)
    assert (catalog.run(MODEL, "r1").status, catalog.run(MODEL, "r1").version) == ("registered", 1)


def test_a_registered_version_says_so_on_the_bus() -> None:
    catalog, events = a_catalog(verdict=PASSED, contest=CONTEST), MemoryEvents()
    registered(catalog, events)
    (event,) = events.published
    assert (event.name, event.detail) == ("Model Registered", {"model": MODEL, "version": 1})
    assert event.correlation == "r1"


def test_what_a_run_began_with_goes_on_with_its_version() -> None:
    catalog, events = a_catalog(verdict=PASSED, contest=CONTEST, correlation="c1"), MemoryEvents()
    registered(catalog, events)
    assert [event.correlation for event in events.published] == ["c1"]


def test_a_run_registers_one_version_however_often_it_is_asked_to() -> None:
    catalog, events = a_catalog(verdict=PASSED, contest=CONTEST), MemoryEvents()
    assert [registered(catalog, events), registered(catalog, events)] == [1, 1]
    assert len(catalog.versions(MODEL)) == 1
    assert events.published[0] == events.published[1]


def test_the_next_run_registers_the_next_number() -> None:
    catalog = a_catalog(verdict=PASSED, contest=CONTEST)
    catalog.begin_run(a_run(id="r2", verdict=PASSED, contest=CONTEST))
    assert [registered(catalog, MemoryEvents(), run) for run in ("r1", "r2")] == [1, 2]


class Raced(MemoryCatalog):
    """A catalog where another run takes the number, `times` times, just before us."""

    times = 0

    def register(self, version: ModelVersion, run: Run | None = None) -> bool:
        if self.times:
            self.times -= 1
            super().register(a_version(version.version, run=f"other{version.version}"))
        return super().register(version, run)


def test_a_number_taken_by_another_run_is_not_taken_twice() -> None:
    catalog = Raced()
    catalog.times = 2
    catalog.begin_run(a_run(verdict=PASSED, contest=CONTEST))
    assert registered(catalog, MemoryEvents()) == 3
    assert [version.run for version in catalog.versions(MODEL)] == ["other1", "other2", "r1"]


@pytest.mark.parametrize("outcome", ["fail", "inconclusive", "invalid"])
def test_what_did_not_pass_is_never_registered(outcome: Any) -> None:
    catalog, events = a_catalog(verdict=Verdict(outcome, "found"), contest=CONTEST), MemoryEvents()
    with pytest.raises(Conflict, match="has not passed the gate"):
        registered(catalog, events)
    assert catalog.versions(MODEL) == []
    assert events.published == []


def test_what_nobody_judged_is_never_registered() -> None:
    with pytest.raises(Conflict, match="has not passed the gate"):
        registered(a_catalog(), MemoryEvents())


def test_a_run_that_failed_says_why_and_no_more_than_fits() -> None:
    catalog = a_catalog()
    fail(MODEL, "r1", "x" * 3000, catalog=catalog, clock=MemoryClock(NOON))
    assert (catalog.run(MODEL, "r1").status, catalog.run(MODEL, "r1").reason) == ("failed", "x" * 2000)


def test_that_the_workflow_ended_of_it_does_not_replace_the_reason() -> None:
    catalog = a_catalog()
    for reason in ("no such day", "its workflow failed"):
        fail(MODEL, "r1", reason, catalog=catalog, clock=MemoryClock(NOON))
    assert catalog.run(MODEL, "r1").reason == "no such day"
