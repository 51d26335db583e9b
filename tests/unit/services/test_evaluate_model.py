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
from serin.domain.charter import Charter
from serin.domain.errors import Conflict, Corrupt, Invalid
from serin.domain.experiments import Contest, Run, TrialResult, Verdict
from serin.domain.models import Artifact, ModelVersion
from serin.domain.names import digest
from serin.learning.scores import Scores, write_scores
from serin.services.evaluate_model import fail, judge, live_version, register, select
from serin.services.train_model import Refitted, ScoresFile
from tests.builders import NOON, a_charter, a_release, a_run, a_training_set, a_trial, a_version

MODEL = "late-orders"
PASSED = Verdict("pass", ("roc_auc 0.8000 reaches the floor 0.6", "no champion yet"))
CONTEST = Contest(400, {"roc_auc": 0.8, "log_loss": 0.4})
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
    return select(charter, "r1", a_training_set(), given, catalog=a_catalog()).trial.number


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
    select(a_charter(), "r1", a_training_set(), found, catalog=catalog)
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
    assert select(a_charter(), "r1", a_training_set(), results(0.5), catalog=catalog).champion == a_version(2)


def test_without_a_live_release_there_is_no_champion() -> None:
    catalog = a_catalog()
    catalog.register(a_version(1))
    assert live_version(MODEL, catalog=catalog) is None


def scores(rows: int, challenger: float, champion: float | None = None) -> bytes:
    """A score of each row: so much for its own class; 0.5 says nothing, 1.0 knows all."""
    label = np.arange(rows) % 2 == 0

    def scored(sure: float) -> Any:
        # A tenth of the rows is misjudged, so that no score is perfect.
        wrong = np.arange(rows) % 20 < 2
        return np.where(label ^ wrong, sure, 1.0 - sure)

    return write_scores(
        Scores(
            np.arange(rows, dtype=np.float64),
            label,
            scored(challenger),
            None if champion is None else scored(champion),
            (False, True),
        )
    )


def judged(content: bytes, champion: ModelVersion | None = None, charter: Charter | None = None) -> tuple[Verdict, Run]:
    catalog, artifacts = a_catalog(), MemoryObjectStore()
    artifacts.put("scores.npz", content)
    file = ScoresFile("scores.npz", digest(content))
    verdict = judge(charter or a_charter(), "r1", file, champion, artifacts=artifacts, catalog=catalog)
    return verdict, catalog.run(MODEL, "r1")


def test_a_first_model_above_its_floor_passes_and_the_run_goes_on() -> None:
    verdict, run = judged(scores(400, 0.8))
    assert verdict.outcome == "pass"
    assert verdict.reasons == ("roc_auc 0.9000 reaches the floor 0.6", "no champion yet")
    assert (run.status, run.verdict, run.reason) == ("running", verdict, None)
    assert run.contest is not None
    assert (run.contest.rows, run.contest.champion) == (400, None)


def test_a_model_below_its_floor_fails_and_the_run_says_why() -> None:
    verdict, run = judged(scores(400, 0.5))
    assert verdict.outcome == "fail"
    assert run.status == "rejected"
    assert run.reason == "roc_auc 0.5000 misses the floor 0.6; no champion yet"


def test_a_weak_challenger_is_rejected_and_the_champion_stays() -> None:
    verdict, run = judged(scores(400, 0.65, champion=0.8), a_version(4))
    assert verdict.outcome == "fail"
    assert "not better than" in verdict.reasons[-1]
    assert "version 4" in verdict.reasons[-1]
    assert run.contest is not None
    assert run.contest.champion_version == 4


def test_a_strong_challenger_beats_the_champion() -> None:
    assert judged(scores(400, 0.8, champion=0.65), a_version(4))[0].outcome == "pass"


def test_an_equal_challenger_does_not_beat_the_champion() -> None:
    assert judged(scores(400, 0.8, champion=0.8), a_version(4))[0].outcome == "fail"


def test_a_contest_of_few_rows_registers_nothing() -> None:
    verdict, run = judged(scores(150, 0.8))
    assert verdict.outcome == "inconclusive"
    assert run.status == "rejected"
    assert "150 rows" in (run.reason or "")


def test_a_metric_that_the_rows_cannot_show_is_left_out_of_the_run_and_misses_its_floor() -> None:
    rows = 400
    content = write_scores(Scores(np.arange(rows) * 1.0, np.ones(rows, bool), np.full(rows, 0.9), None, (False, True)))
    verdict, run = judged(content)
    assert verdict.outcome == "fail"
    assert run.contest is not None
    assert "roc_auc" not in run.contest.challenger
    assert "log_loss" in run.contest.challenger


def test_scores_that_were_changed_since_they_were_written_are_not_opened() -> None:
    catalog, artifacts = a_catalog(), MemoryObjectStore()
    artifacts.put("scores.npz", scores(400, 0.99))
    with pytest.raises(Corrupt, match=r"scores\.npz is not what the contest wrote"):
        judge(
            a_charter(),
            "r1",
            ScoresFile("scores.npz", digest(scores(400, 0.6))),
            None,
            artifacts=artifacts,
            catalog=catalog,
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

    def register(self, version: ModelVersion) -> bool:
        if self.times:
            self.times -= 1
            super().register(a_version(version.version, run=f"other{version.version}"))
        return super().register(version)


def test_a_number_taken_by_another_run_is_not_taken_twice() -> None:
    catalog = Raced()
    catalog.times = 2
    catalog.begin_run(a_run(verdict=PASSED, contest=CONTEST))
    assert registered(catalog, MemoryEvents()) == 3
    assert [version.run for version in catalog.versions(MODEL)] == ["other1", "other2", "r1"]


@pytest.mark.parametrize("outcome", ["fail", "inconclusive"])
def test_what_did_not_pass_is_never_registered(outcome: Any) -> None:
    catalog, events = a_catalog(verdict=Verdict(outcome, ("found",)), contest=CONTEST), MemoryEvents()
    with pytest.raises(Conflict, match="has not passed the gate"):
        registered(catalog, events)
    assert catalog.versions(MODEL) == []
    assert events.published == []


def test_what_nobody_judged_is_never_registered() -> None:
    with pytest.raises(Conflict, match="has not passed the gate"):
        registered(a_catalog(), MemoryEvents())


def test_a_run_that_failed_says_why_and_no_more_than_fits() -> None:
    catalog = a_catalog()
    fail(MODEL, "r1", "x" * 3000, catalog=catalog)
    assert (catalog.run(MODEL, "r1").status, catalog.run(MODEL, "r1").reason) == ("failed", "x" * 2000)
