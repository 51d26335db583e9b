"""The gate's promises in a short form; `./scripts/bench gate` has the long one, with models fitted on flights."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from benches.gating.days import families
from benches.gating.fitted import Fitted, _only
from benches.gating.rates import answers, spread_of, wilson
from benches.gating.recipes import equal_recipes
from serin.domain.judgement.policy import GatePolicy
from serin.learning.splits import judging_splits
from tests.unit.learning.orders import order_columns

GATE = GatePolicy("log_loss", 0.05, "day", 0.0005)
SPREAD = 0.008
"""The day-to-day standard deviation of a near twin's gain on flights."""
CONTESTS = 1000


@pytest.fixture(scope="module")
def found() -> Mapping[str, Any]:
    kinds = families(7).items()
    return {
        kind: answers(lambda count, of=days: SPREAD * of(count), SPREAD, {}, GATE, CONTESTS) for kind, days in kinds
    }


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "goal"), [("independent", 0.95), ("correlated", 0.9), ("skewed", 0.9)])
def test_a_near_twin_is_rejected(found: Mapping[str, Any], kind: str, goal: float) -> None:
    assert found[kind]["rejected"]["near_twin"]["low"] >= goal


def test_a_challenger_that_is_better_by_more_than_a_days_spread_is_let_in(found: Mapping[str, Any]) -> None:
    assert found["independent"]["accepted"]["better"]["low"] >= 0.945
    for kind in ("correlated", "skewed"):
        assert found[kind]["accepted"]["better"]["rate"] >= 0.85


def test_nine_days_never_decide(found: Mapping[str, Any]) -> None:
    assert [rates["inconclusive"]["nine_days"]["rate"] for rates in found.values()] == [1.0, 1.0, 1.0]


def test_the_more_is_gained_the_more_are_let_in_and_a_gain_of_the_minimum_seldom(found: Mapping[str, Any]) -> None:
    for rates in found.values():
        shown = [rate["rate"] for rate in rates["beside"].values()]
        assert shown == sorted(shown, reverse=True)
        assert shown[-1] < 0.15
    assert found["independent"]["beside"]["gain_of_minimum_plus_0_sd"]["rate"] < 0.05


def test_simulated_days_have_mean_0_and_spread_1() -> None:
    for draw in families(3).values():
        days = draw(200_000)
        assert days.mean() == pytest.approx(0.0, abs=0.02)
        assert spread_of(days) == pytest.approx(1.0, abs=0.03)


def test_a_challengers_rows_can_be_split_like_the_champions() -> None:
    columns = order_columns()
    rows = _only(columns, columns.moment >= columns.moment[250])
    (split,) = judging_splits(rows, columns.newest() - timedelta(days=14))
    assert (len(split.learn), int(split.judge.sum())) == (750, 14 * 25 + 1)


@pytest.mark.slow
def test_equal_recipes_are_seldom_let_in() -> None:
    for rate in equal_recipes(60, GATE, 5).values():
        assert rate["low"] <= GATE.alpha


def test_days_of_flights_are_drawn_in_stretches_that_follow_each_other() -> None:
    (draw,) = Fitted({"near_twin": np.arange(100.0)}).draws(1).values()
    days = draw(14)
    assert len(draw(9)) == 9
    assert (np.diff(days[:7]) == 1).all()
    assert (np.diff(days[7:]) == 1).all()


@pytest.mark.parametrize("hits", [0, 13, 380, 400])
def test_an_interval_is_wilsons(hits: int) -> None:
    found, expected = wilson(hits, 400), binomtest(hits, 400).proportion_ci(method="wilson")
    assert (found["rate"], found["n"]) == (hits / 400, 400)
    assert (found["low"], found["high"]) == (
        pytest.approx(expected.low, abs=1e-4),
        pytest.approx(expected.high, abs=1e-4),
    )
