from __future__ import annotations

import math
from math import comb

import pytest
from scipy import stats

from serin.domain.judgement.bets import departure, excess, loss
from serin.domain.judgement.shares import at_most, fewest_calls, upper_share


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("trials", [1, 2, 7, 12])
def test_a_bet_on_excess_has_mean_1_where_there_is_none_and_less_below(share: float, trials: int) -> None:
    def mean(truth: float) -> float:
        chances = (comb(trials, k) * truth**k * (1 - truth) ** (trials - k) for k in range(trials + 1))
        return math.fsum(chance * math.exp(excess(k, trials, share)) for k, chance in enumerate(chances))

    assert mean(share) == pytest.approx(1.0, rel=1e-9)
    assert mean(share / 2) <= 1.0
    assert mean(share + (1 - share) / 2) > 1.0


@pytest.mark.parametrize("bet", [excess, departure])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_after_every_history_the_next_trial_leaves_a_bet_as_it_is_on_average(bet: object, share: float) -> None:
    assert callable(bet)
    for trials in range(12):
        for hits in range(trials + 1):
            after = share * math.exp(bet(hits + 1, trials + 1, share)) + (1 - share) * math.exp(
                bet(hits, trials + 1, share)
            )
            assert after == pytest.approx(math.exp(bet(hits, trials, share)), rel=1e-9)


@pytest.mark.parametrize("margin", [0.0, 0.1])
def test_a_bet_on_a_loss_never_gains_on_average_where_the_loss_is_the_margin(margin: float) -> None:
    for worse in range(6):
        for better in range(6):
            now = math.exp(loss({1.0: worse, -1.0: better}, 1.0, margin))
            p = (1 + margin) / 2
            one_worse = math.exp(loss({1.0: worse + 1, -1.0: better}, 1.0, margin))
            one_better = math.exp(loss({1.0: worse, -1.0: better + 1}, 1.0, margin))
            assert p * one_worse + (1 - p) * one_better == pytest.approx(now, rel=1e-9)


def test_bets_stay_finite_on_a_hundred_thousand_calls() -> None:
    assert math.isfinite(excess(0, 100_000, 0.1))
    assert math.isfinite(excess(100_000, 100_000, 0.1))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="found 3 of 2"):
        excess(3, 2, 0.1)
    with pytest.raises(ValueError, match="share"):
        departure(1, 2, 1.0)
    with pytest.raises(ValueError, match="beyond the largest"):
        loss({2.0: 1}, 1.0, 0.0)
    with pytest.raises(ValueError, match="margin"):
        loss({}, 1.0, 1.0)


@pytest.mark.parametrize("alpha", [0.5, 0.05, 0.0167, 1e-6])
@pytest.mark.parametrize(("hits", "calls"), [(0, 1), (0, 300), (1, 300), (13, 1200), (99, 100), (500, 100_000)])
def test_an_upper_bound_is_clopper_pearsons(hits: int, calls: int, alpha: float) -> None:
    assert upper_share(hits, calls, alpha) == pytest.approx(stats.beta.ppf(1 - alpha, hits + 1, calls - hits), rel=1e-6)
    assert at_most(hits, calls, 0.02) == pytest.approx(stats.binom.cdf(hits, calls, 0.02), rel=1e-7, abs=1e-300)


def test_the_ends_of_a_bound() -> None:
    assert upper_share(0, 0, 0.05) == upper_share(3, 3, 0.05) == 1.0
    with pytest.raises(ValueError, match="found 4 of 3"):
        upper_share(4, 3, 0.05)
    with pytest.raises(ValueError, match="error rate"):
        upper_share(0, 3, 0.0)


@pytest.mark.parametrize("hits", [0, 1, 5])
@pytest.mark.parametrize("margin", [0.005, 0.02, 0.1])
def test_one_call_less_than_the_fewest_does_not_show_the_margin(hits: int, margin: float) -> None:
    calls = fewest_calls(margin, 0.05, hits)
    assert upper_share(hits, calls, 0.05) <= margin < upper_share(hits, calls - 1, 0.05)
