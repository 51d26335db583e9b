from __future__ import annotations

from dataclasses import replace

from serin.domain.experiments import Trial, trials
from tests.builders import a_charter

SEARCH = a_charter().training.search


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
