from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from serin.domain.charter import Search
from serin.domain.experiments import BASELINES, Trial, TrialResult
from serin.domain.searching import best, merged, next_rung, rungs, said_of, trials
from tests.builders import NOON, a_charter, a_training_set

SEARCH = a_charter().training.search
NINETY_DAYS = a_training_set(first=NOON - timedelta(days=90), holdout_from=NOON)
WIDE = {"a": tuple(range(1000)), "b": tuple(range(1000)), "c": (1,)}


def own(search: Search, training_set: Any = NINETY_DAYS) -> list[Trial]:
    return [trial for trial in trials(search, training_set) if trial.recipe == "pipeline"]


def shown(tried: Sequence[Trial], *losses: float) -> list[TrialResult]:
    return [TrialResult(trial, {"log_loss": loss}, 1.0) for trial, loss in zip(tried, losses, strict=True)]


def test_trials_are_all_combinations_in_the_charters_order() -> None:
    search = replace(SEARCH, trials=10, space={"a": (1, 2), "b": ("x", "y")})
    assert own(search) == [
        Trial(1, {"a": 1, "b": "x"}),
        Trial(2, {"a": 1, "b": "y"}),
        Trial(3, {"a": 2, "b": "x"}),
        Trial(4, {"a": 2, "b": "y"}),
    ]


def test_no_more_trials_are_made_than_the_charter_allows() -> None:
    assert [trial.params["b"] for trial in own(replace(SEARCH, trials=3, space=WIDE))] == [0, 1, 2]


def test_a_search_of_nothing_is_one_trial_with_the_defaults() -> None:
    assert own(replace(SEARCH, space={})) == [Trial(1, {})]


def test_every_search_has_its_yardsticks() -> None:
    for method in ("grid", "random", "halving"):
        tried = trials(replace(SEARCH, method=method, trials=3), NINETY_DAYS)  # type: ignore[arg-type]
        assert tuple(trial.recipe for trial in tried[-2:]) == BASELINES
        assert [trial.number for trial in tried] == list(range(1, len(tried) + 1))


def test_random_trials_differ_from_each_other_and_are_the_same_for_the_same_rows() -> None:
    search = replace(SEARCH, method="random", trials=50, space=WIDE)
    drawn = [tuple(trial.params.values()) for trial in own(search)]
    assert len(set(drawn)) == 50
    assert drawn == [tuple(trial.params.values()) for trial in own(search)]
    other = own(search, replace(NINETY_DAYS, id="set2"))
    assert drawn != [tuple(trial.params.values()) for trial in other]


def test_halving_gives_a_third_of_the_trials_three_times_the_newest_days() -> None:
    search = replace(SEARCH, method="halving", trials=9, space={"a": tuple(range(9))})
    first = own(search)
    assert {trial.days for trial in first} == {10}
    results = shown(first, *(0.9 - trial.number / 100 for trial in first))
    second = next_rung(search, results, NINETY_DAYS)
    assert [(trial.number, trial.days) for trial in second] == [(9, 30), (8, 30), (7, 30)]
    # What is better with few days may be worse with more.
    results = [*results, *shown(second, 0.5, 0.4, 0.6)]
    third = next_rung(search, results, NINETY_DAYS)
    assert [(trial.number, trial.days) for trial in third] == [(8, None)]
    assert best(search, results) is None
    results = [*results, *shown(third, 0.7)]
    winner = best(search, results)
    assert winner is not None
    assert (winner.trial.number, next_rung(search, results, NINETY_DAYS)) == (8, ())


def test_no_rung_learns_from_less_than_a_week() -> None:
    search = replace(SEARCH, method="halving")
    assert rungs(search, 27, NINETY_DAYS) == (10, 30, None)
    assert rungs(search, 27, replace(NINETY_DAYS, first=NOON - timedelta(days=20))) == (None,)
    assert rungs(search, 2, NINETY_DAYS) == (None,)
    assert rungs(SEARCH, 27, NINETY_DAYS) == (None,)


def test_a_yardstick_is_never_chosen_and_is_told_of_where_it_is_no_worse() -> None:
    tried = trials(replace(SEARCH, trials=1), NINETY_DAYS)
    results = shown(tried, 0.5, 0.6, 0.4)
    winner = best(SEARCH, results)
    assert winner is not None
    assert winner.trial.number == 1
    (warning,) = said_of(SEARCH, results)
    assert "the best trial has a log_loss of 0.5 and a linear model 0.4" in warning


def test_a_trial_that_failed_is_told_of_and_another_is_chosen() -> None:
    first, second = own(replace(SEARCH, trials=2))
    results = [TrialResult(first, {}, 0.0, failed="Invalid: no."), *shown([second], 0.5)]
    winner = best(SEARCH, results)
    assert winner is not None
    assert (winner.trial, list(said_of(SEARCH, results))) == (second, ["Trial 1 failed: Invalid: no."])


def test_a_step_taken_twice_adds_no_trial() -> None:
    results = shown(own(replace(SEARCH, trials=2)), 0.5, 0.6)
    assert merged(results, results) == tuple(results)
