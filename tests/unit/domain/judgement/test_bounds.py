from __future__ import annotations

import math
import random

import pytest
from scipy import stats

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Sample
from tests.unit.domain.judgement.samples import a_sample

INDEPENDENT = [random.Random(3).gauss(2.0, 1.0) for _ in range(20)]


def test_the_bound_of_independent_blocks_is_students() -> None:
    found = uncertain(Sample(INDEPENDENT, 20))
    assert found is not None
    mean, error = sum(INDEPENDENT) / 20, stats.sem(INDEPENDENT)
    assert found.lower(0.05) == pytest.approx(mean - stats.t.ppf(0.95, 19) * error)
    assert found.upper(0.01) == pytest.approx(mean + stats.t.ppf(0.99, 19) * error)
    assert found.detectable(0.05) == pytest.approx((stats.t.ppf(0.95, 19) + stats.t.ppf(0.8, 19)) * error)


def test_blocks_that_follow_each_other_are_never_taken_for_independent() -> None:
    apart, along = uncertain(Sample(INDEPENDENT, 20)), uncertain(Sample(INDEPENDENT, 20, ordered=True))
    assert apart is not None
    assert along is not None
    assert along.error >= apart.error * math.sqrt(1.2 / 0.8) * 0.999


def test_days_that_move_slowly_are_less_sure_the_more_of_them_show_it() -> None:
    waves = [math.sin(day / 8) for day in range(200)]
    few, many = uncertain(Sample(waves[:14], 14, ordered=True)), uncertain(Sample(waves, 200, ordered=True))
    apart = uncertain(Sample(waves, 200))
    assert few is not None
    assert many is not None
    assert apart is not None
    assert many.error == pytest.approx(apart.error * 3, rel=1e-6)


def test_folds_that_share_what_they_learnt_are_less_sure() -> None:
    plain, shared = uncertain(a_sample(1.0)), uncertain(a_sample(1.0, inflation=4.0))
    assert plain is not None
    assert shared is not None
    assert shared.error == pytest.approx(2 * plain.error)


@pytest.mark.parametrize("blocks", [[], [1.0], [1.0, math.nan], [1.0, math.inf, 2.0]])
def test_too_little_and_no_numbers_are_not_measured(blocks: list[float]) -> None:
    assert uncertain(Sample(blocks, len(blocks))) is None


def test_equal_blocks_are_sure() -> None:
    found = uncertain(Sample([0.25] * 12, 12, ordered=True))
    assert found is not None
    assert (found.lower(0.05), found.upper(0.05)) == (0.25, 0.25)
