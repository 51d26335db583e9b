from __future__ import annotations

import math
from dataclasses import replace

import pytest

from serin.domain.experiments import (
    GREATER_IS_BETTER,
    METRICS_OF_TASK,
    MINIMUM_CONTEST_ROWS,
    Contest,
    Trial,
    gate,
    is_better,
    trials,
)
from tests.builders import a_charter

NAN = math.nan
SEARCH = a_charter().training.search


def outcome(auc: float, champion: float | None = None, rows: int = 1000, floor: float = 0.7) -> str:
    before = None if champion is None else {"roc_auc": champion}
    contest = Contest(rows, {"roc_auc": auc}, before, None if before is None else 4)
    return gate(contest, {"roc_auc": floor}, "roc_auc").outcome


@pytest.mark.parametrize(
    ("auc", "champion", "expected"),
    [
        (0.8, None, "pass"),
        (0.7, None, "pass"),
        (0.69, None, "fail"),
        (NAN, None, "fail"),
        (0.8, 0.75, "pass"),
        (0.8, 0.8, "fail"),
        (0.8, 0.85, "fail"),
        (0.6, 0.5, "fail"),
        (0.8, NAN, "fail"),
        (NAN, 0.75, "fail"),
        (NAN, NAN, "fail"),
    ],
)
def test_the_gate_opens_for_every_floor_reached_and_a_champion_beaten(
    auc: float, champion: float | None, expected: str
) -> None:
    assert outcome(auc, champion) == expected


def test_too_few_rows_are_no_evidence_however_good_the_scores() -> None:
    assert outcome(1.0, rows=MINIMUM_CONTEST_ROWS - 1) == "inconclusive"
    assert outcome(0.0, rows=0) == "inconclusive"
    assert outcome(1.0, rows=MINIMUM_CONTEST_ROWS) == "pass"


def test_one_floor_of_many_that_is_missed_closes_the_gate() -> None:
    contest = Contest(1000, {"roc_auc": 0.8, "log_loss": 0.6})
    assert gate(contest, {"roc_auc": 0.7, "log_loss": 0.5}, "roc_auc").outcome == "fail"
    assert gate(contest, {"roc_auc": 0.7, "log_loss": 0.6}, "roc_auc").outcome == "pass"


def test_a_metric_nobody_measured_misses_its_floor() -> None:
    assert gate(Contest(1000, {"roc_auc": 0.9}), {"log_loss": 0.5}, "roc_auc").outcome == "fail"


def test_a_smaller_loss_beats_a_greater_one() -> None:
    contest = Contest(1000, {"log_loss": 0.4}, {"log_loss": 0.5}, 4)
    assert gate(contest, {}, "log_loss").outcome == "pass"
    assert gate(replace(contest, challenger={"log_loss": 0.6}), {}, "log_loss").outcome == "fail"


def test_each_check_gives_its_reason_with_numbers() -> None:
    contest = Contest(1000, {"roc_auc": 0.65}, {"roc_auc": 0.7}, 4)
    assert gate(contest, {"roc_auc": 0.68}, "roc_auc").reasons == (
        "roc_auc 0.6500 misses the floor 0.68",
        "roc_auc 0.6500 is not better than 0.7000 of version 4",
    )
    assert gate(Contest(3, {}), {}, "roc_auc").reasons == ("3 rows that neither model has learnt from; 200 are needed",)


@pytest.mark.parametrize("metric", sorted(GREATER_IS_BETTER))
def test_better_is_strict_and_never_true_of_what_is_no_number(metric: str) -> None:
    better, worse = (0.9, 0.1) if GREATER_IS_BETTER[metric] else (0.1, 0.9)
    assert is_better(metric, better, worse)
    assert not is_better(metric, worse, better)
    assert not is_better(metric, better, better)
    assert not is_better(metric, NAN, worse)
    assert not is_better(metric, better, NAN)


def test_every_metric_of_every_task_has_a_direction() -> None:
    assert {metric for metrics in METRICS_OF_TASK.values() for metric in metrics} == set(GREATER_IS_BETTER)


def test_trials_are_all_combinations_in_the_charters_order() -> None:
    search = replace(SEARCH, trials=10, space={"a": (1, 2), "b": ("x", "y")})
    assert trials(search) == (
        Trial(1, {"a": 1, "b": "x"}),
        Trial(2, {"a": 1, "b": "y"}),
        Trial(3, {"a": 2, "b": "x"}),
        Trial(4, {"a": 2, "b": "y"}),
    )


def test_no_more_trials_are_made_than_the_charter_allows() -> None:
    search = replace(SEARCH, trials=3, space={"a": tuple(range(1000)), "b": tuple(range(1000)), "c": (1,)})
    assert [trial.params["b"] for trial in trials(search)] == [0, 1, 2]


def test_a_search_of_nothing_is_one_trial_with_the_defaults() -> None:
    assert trials(replace(SEARCH, space={})) == (Trial(1, {}),)
