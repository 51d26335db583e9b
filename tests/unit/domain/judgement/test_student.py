from __future__ import annotations

import pytest
from scipy import stats

from serin.domain.judgement.student import t_cdf, t_quantile

DEGREES = (1, 2, 3.5, 9, 13, 60, 1_000, 100_000, 10_000_000)


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("p", [1e-6, 0.001, 0.025, 0.05, 0.3, 0.8, 0.95, 0.99, 0.999999])
def test_quantiles_are_scipys(df: float, p: float) -> None:
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-7)


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("t", [-40.0, -3.0, -0.1, 0.0, 1e-9, 0.7, 2.2, 12.0])
def test_probabilities_are_scipys(df: float, t: float) -> None:
    assert t_cdf(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-7, abs=1e-14)


def test_the_ends_are_certain() -> None:
    assert (t_cdf(float("inf"), 5), t_cdf(float("-inf"), 5)) == (1.0, 0.0)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.1, float("nan")])
def test_a_quantile_of_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        t_quantile(p, 3)


@pytest.mark.parametrize("df", [0.0, -1.0, float("nan")])
def test_degrees_of_freedom_are_positive(df: float) -> None:
    with pytest.raises(ValueError, match="degrees of freedom"):
        t_cdf(1.0, df)
