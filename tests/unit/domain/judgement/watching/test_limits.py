from __future__ import annotations

import math
import random

import numpy as np
import pytest

from serin.domain.judgement.watching.evidence import Reference
from serin.domain.judgement.watching.limits import limits, spread
from serin.domain.judgement.watching.policy import WatchPolicy, for_performance, shared
from serin.domain.judgement.watching.twice import MOST, chance_of_two, deviations


def test_with_endless_windows_twice_in_a_row_is_the_square_of_once() -> None:
    assert chance_of_two(2.0, 100_000, 0.0) == pytest.approx((math.erfc(2 / math.sqrt(2)) / 2) ** 2, rel=0.01)
    assert deviations(chance_of_two(2.0, 50, 0.3), 50, 0.3) == pytest.approx(2.0, abs=1e-4)


@pytest.mark.parametrize(("windows", "correlation"), [(8, 0.0), (50, 0.5)])
def test_the_chance_of_two_holds_for_simulated_windows(windows: int, correlation: float) -> None:
    random, limit, times = np.random.default_rng(1), 1.2, 20_000
    noise, past = random.standard_normal((windows + 20, times)), [random.standard_normal(times)]
    for step in noise:
        past.append(correlation * past[-1] + math.sqrt(1 - correlation**2) * step)
    seen, later = np.array(past[:windows]), np.array(past[-2:])
    held = seen.mean(axis=0) + limit * seen.std(axis=0, ddof=1)
    assert (later > held).all(axis=0).mean() == pytest.approx(chance_of_two(limit, windows, correlation), rel=0.1)


def test_fewer_windows_and_neighbours_alike_need_wider_limits() -> None:
    assert deviations(3e-4, 50, 0.0) < deviations(3e-4, 50, 0.5) < deviations(3e-4, 12, 0.5) < MOST
    assert deviations(3e-4, 2, 0.0) == MOST
    assert chance_of_two(MOST, 2, 0.0) == 1.0


def test_a_share_that_never_was_has_a_limit_of_one_in_a_hundred() -> None:
    none = Reference("missing", (0.0,) * 50, 2000.0)
    held = limits(none, 3e-4, 2000.0)
    assert held.upper == pytest.approx(0.01, abs=0.001)
    assert held.side(0.0) == 0
    assert limits(none, 3e-4, 60.0).upper > 0.02, "one row of sixty is no news"


def test_fewer_rows_have_wider_limits() -> None:
    draw = random.Random(2)
    shape = Reference("shape", tuple(0.05 + 0.01 * draw.random() for _ in range(50)), 2000.0, noise=1.5)
    assert limits(shape, 3e-4, 200.0).upper > limits(shape, 3e-4, 2000.0).upper + 0.05
    location = Reference("location", tuple(draw.gauss(0, 0.005) for _ in range(50)), 2000.0, noise=1 / 12)
    assert limits(location, 3e-4, 200.0).upper > 1.5 * limits(location, 3e-4, 2000.0).upper


def test_a_season_is_seen_as_neighbours_alike() -> None:
    year = Reference("location", tuple(0.3 * math.sin(week / 52 * 2 * math.pi) for week in range(52)), 2000.0)
    assert spread(year)[2] >= 0.6
    assert spread(Reference("location", year.windows[:5], 2000.0))[2] <= 0.2


def test_the_promise_is_divided_between_all_rows_and_slices() -> None:
    whole, each = shared(WatchPolicy(), 19)
    performance = for_performance(WatchPolicy()) * 365 / 7
    assert whole.false_alarms_per_year + 19 * each.false_alarms_per_year + performance == pytest.approx(1.0)
    assert shared(WatchPolicy(), 0)[0].false_alarms_per_year + performance == pytest.approx(1.0)
    assert WatchPolicy().chance(60) * 60 * 365 / 7 == pytest.approx(1.0)
