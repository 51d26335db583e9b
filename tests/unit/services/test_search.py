"""A whole search, as the workflow takes it: rung after rung, each trial noted, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.domain.errors import Corrupt, Invalid
from serin.domain.experiments import Run, Trial
from serin.domain.judgement.policy import Matrix, ValuePolicy
from serin.domain.names import digest
from serin.domain.runs import trial_run
from serin.domain.searching import trials
from serin.learning.scores import read_scores, write_validated
from serin.services.compare_runs import compare_runs
from serin.services.evaluate_model import judge
from serin.services.note_trial import failed_trial, note_trial
from serin.services.select_trial import select
from serin.services.train_model import Trainer
from tests.builders import GOLDEN, NOON, a_charter, a_run, a_training_set
from tests.unit.learning.orders import START, order_rows, orders_npz

MODEL, DAYS = "late-orders", 40
CLOCK = MemoryClock(NOON)
FILE = orders_npz(order_rows(DAYS, 25))
SET = a_training_set(
    columns_digest=digest(FILE),
    first=START,
    last=START + timedelta(days=DAYS),
    holdout_from=START + timedelta(days=DAYS - 12),
)


def test_the_contest_takes_what_the_trial_said_of_the_rows_that_choose_the_threshold() -> None:
    charter = a_charter(value=ValuePolicy("USD", Matrix(40, -20, 0, 0), 500))
    lake, artifacts = MemoryObjectStore(), MemoryObjectStore()
    lake.put(SET.columns, FILE)
    trainer = Trainer(charter, SET, {}, [GOLDEN], lake=lake, artifacts=artifacts, room=10**8)
    trial = Trial(2, {"max_iter": 5})
    kept = trainer.trial("r1", trial).scored
    assert kept is not None
    fitted_again = artifacts.get(trainer.contest("r1", trial, None).key)
    assert artifacts.get(trainer.contest("r1", trial, None, kept).key) == fitted_again
    validation = read_scores(fitted_again).validation
    assert validation is not None
    assert write_validated(validation) == artifacts.get(kept.key)
    artifacts.put(kept.key, write_validated(replace(validation, score=1 - validation.score)))
    with pytest.raises(Corrupt, match=r"trial-2\.npz is not what the trial wrote"):
        trainer.contest("r1", trial, None, kept)


def test_a_trial_that_no_contest_can_use_keeps_nothing() -> None:
    """One of few days, a yardstick, and any where decisions have no value."""
    lake, artifacts = MemoryObjectStore(), MemoryObjectStore()
    lake.put(SET.columns, FILE)
    worth = a_charter(value=ValuePolicy("USD", Matrix(40, -20, 0, 0), 500))
    for charter, trial in (
        (worth, Trial(1, {"max_iter": 1}, days=9)),
        (worth, Trial(2, recipe="trivial")),
        (a_charter(value=None), Trial(3, {"max_iter": 1})),
    ):
        trainer = Trainer(charter, SET, {}, [GOLDEN], lake=lake, artifacts=artifacts, room=10**8)
        assert trainer.trial("r1", trial).scored is None
    assert list(artifacts.keys("runs/")) == []


def searched(*, fails: Any = lambda trial: False) -> tuple[Run, MemoryCatalog, list[list[Trial]]]:
    """The run, where it is kept, and the trials of each rung."""
    training = a_charter().training
    search = replace(training.search, method="halving", trials=3, space={"max_iter": (1, 2, 30)})
    charter = a_charter(training=replace(training, search=search))
    lake, artifacts, catalog = MemoryObjectStore(), MemoryObjectStore(), MemoryCatalog()
    lake.put(SET.columns, FILE)
    catalog.begin_run(a_run())
    trainer = Trainer(charter, SET, {}, [GOLDEN], lake=lake, artifacts=artifacts, room=10**8)
    rung, steps = list(trials(search, SET)), []
    checked = trainer.check(rung)
    while rung:
        steps.append(rung)
        tried = [failed_trial(trial, "Timeout: ") if fails(trial) else trainer.trial("r1", trial) for trial in rung]
        noted = [note_trial(MODEL, "r1", SET.id, result, catalog=catalog, clock=CLOCK) for result in tried]
        chosen = select(charter, "r1", SET, noted, checked, catalog=catalog)
        rung = list(chosen.more)
    scores = trainer.contest("r1", chosen.trial, None, chosen.scored)
    judge(charter, "r1", SET, scores, None, lake=lake, artifacts=artifacts, catalog=catalog, clock=CLOCK)
    return catalog.run(MODEL, "r1"), catalog, steps


def test_a_search_halves_over_the_newest_days_and_all_of_it_is_kept() -> None:
    run, catalog, steps = searched()
    assert [[(trial.number, trial.days) for trial in rung if trial.recipe == "pipeline"] for rung in steps] == [
        [(1, 9), (2, 9), (3, 9)],
        [(3, None)],
    ]
    assert (run.best, run.algorithm) == (steps[1][0], "HistGradientBoostingClassifier")
    assert [result.algorithm for result in run.trials[3:5]] == ["DummyClassifier", "LogisticRegression"]
    assert run.provenance is not None
    assert (run.provenance.code, run.provenance.heads, len(run.provenance.lock)) == (SET.code, SET.heads, 64)
    assert run.usd == pytest.approx(run.seconds * 3008 / 1024 * 0.0000133334)
    assert set(run.artifacts) == {"scores"}
    steps_of_best = [(of.name, of.step) for of in catalog.metrics(MODEL, trial_run("r1", 3)) if of.metric == "log_loss"]
    assert steps_of_best == [("validation.log_loss", 9), ("validation.log_loss", 28)]


def test_each_metric_has_its_rows_days_and_interval() -> None:
    _, catalog, _ = searched()
    kept = {of.name: of for of in catalog.metrics(MODEL, "r1") if of.step in (0, 28)}
    loss = kept["holdout.log_loss"]
    assert (loss.rows, loss.days, loss.at) == (300, 12, NOON)
    assert loss.low is not None
    assert loss.high is not None
    assert loss.low < loss.value < loss.high
    assert kept["validation.log_loss"].days == 5
    compared = compare_runs(MODEL, ["parent=r1"], "validation.log_loss", catalog=catalog)
    assert {run.id for run in compared} == {trial_run("r1", number) for number in range(1, 6)}
    assert compared[0].metrics["validation.log_loss"].value <= compared[1].metrics["validation.log_loss"].value
    (training,) = compare_runs(MODEL, ["status!=finished"], catalog=catalog)
    assert {"holdout.log_loss", "validation.log_loss"} <= set(training.metrics)


def test_a_failed_trial_does_not_fail_the_search() -> None:
    run, catalog, _ = searched(fails=lambda trial: trial.number in (1, 5))
    assert run.best is not None
    assert run.best.number == 3
    assert [warning for warning in run.warnings if "failed" in warning] == [
        "Trial 1 failed: Timeout: ",
        "Trial linear failed: Timeout: ",
    ]
    assert [item.status for item in catalog.trial_summaries(MODEL, "r1")] == [
        "failed",
        *["finished"] * 3,
        "failed",
    ]


def test_a_search_of_which_all_trials_failed_says_why() -> None:
    with pytest.raises(Invalid, match=r"No trial could be fitted; the first of 3: Timeout: "):
        searched(fails=lambda trial: trial.recipe == "pipeline")
