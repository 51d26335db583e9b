"""The promises of watching in a short form; `./scripts/bench monitoring` has the long one."""

from __future__ import annotations

import numpy as np
import pytest

from benches.watching.detected import detected
from benches.watching.run_length import interval, run_length
from benches.watching.world import World, split


@pytest.mark.slow
def test_a_model_that_nothing_happens_to_is_left_in_peace() -> None:
    assert run_length(0.35, years=2, reference=51, seed=11)["alarms_per_year"] <= 2


@pytest.mark.slow
def test_changes_are_told_within_two_windows() -> None:
    found = detected({"ar35": 0.35}, models=1, reference=26, seed=5)
    assert found["missing"]["n"] == 20
    assert all(found[kind]["high"] >= 0.95 for kind in ("shift", "category", "missing"))


def test_the_interval_of_a_rate_is_wider_where_years_differ() -> None:
    assert interval([0] * 200)["high"] < 0.02
    alike, unlike = interval([1] * 100 + [0] * 100), interval([10] * 10 + [0] * 190)
    assert alike["alarms_per_year"] == unlike["alarms_per_year"] == 0.5
    assert unlike["high"] > alike["high"]


def test_days_of_the_simulated_world_follow_each_other_as_was_asked() -> None:
    days = World(0.7)._days(np.random.default_rng(3), 2_000).ravel()
    assert abs(float(np.corrcoef(days[:-1], days[1:])[0, 1]) - 0.7) < 0.05
    known, later = split(World(0.0).model(np.random.default_rng(3), 5), 3)
    assert (len(known.features), len(later)) == (20, 2)
