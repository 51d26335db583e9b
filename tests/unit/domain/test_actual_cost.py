"""What calls have cost, held against arithmetic by hand, and how often its intervals hold the truth."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.actual_cost import BATCHES, MONTH, ActualCost, actual_cost
from serin.domain.invocations import Invocation
from serin.domain.prices import LAMBDA_CALL, LAMBDA_GB_SECOND
from tests.builders import NOON, a_run

WEEK = timedelta(days=7)
SPAN = (NOON - WEEK, NOON)


def a_call(number: int = 0, **parts: Any) -> Invocation:
    """A call of a function of 2 GB, billed 100 ms."""
    given: dict[str, Any] = {
        "id": f"i{number}",
        "at": NOON - timedelta(hours=1),
        "function_version": "12",
        "sandbox": "s",
        "billed_ms": 100.0,
        "memory_mb": 2048,
    }
    return Invocation(**{**given, **parts})


ONE = LAMBDA_CALL + 0.2 * LAMBDA_GB_SECOND
"""What such a call costs."""


def seen(*calls: Invocation, **more: Any) -> ActualCost:
    given: dict[str, Any] = {"versions": {"12": 3}, "runs": [], "trained_by": {}, **more}
    return actual_cost("late-orders", SPAN, calls, given["versions"], given["runs"], given["trained_by"], 20.0)


def test_each_version_has_its_own_calls_and_what_its_training_took() -> None:
    calls = [a_call(number) for number in range(3)]
    cost = seen(*calls, a_call(9, function_version="13", billed_ms=50.0), trained_by={3: 0.5})
    by_twelve, by_thirteen = cost.versions
    assert (by_twelve.version, by_twelve.calls, by_twelve.training_usd) == (3, 3, 0.5)
    assert by_twelve.usd == pytest.approx(3 * ONE)
    assert (by_thirteen.version, by_thirteen.training_usd) == (None, None)
    assert cost.usd == pytest.approx(3 * ONE + LAMBDA_CALL + 0.1 * LAMBDA_GB_SECOND)


def test_a_call_whose_bill_has_not_come_is_counted_and_priced_at_nothing() -> None:
    (version,) = seen(a_call(1), a_call(2, billed_ms=None)).versions
    assert (version.calls, version.unbilled) == (1, 1)
    assert version.usd == pytest.approx(ONE)
    (unknown,) = seen(a_call(2, billed_ms=None)).versions
    assert (unknown.usd, unknown.per_1000) == (0.0, None)


def test_calls_that_all_cost_the_same_leave_no_doubt_of_a_thousand_of_them() -> None:
    (version,) = seen(*(a_call(number, at=NOON - timedelta(hours=number + 1)) for number in range(168))).versions
    assert version.per_1000 is not None
    assert version.per_1000.value == pytest.approx(1000 * ONE)
    assert version.per_1000.low == pytest.approx(version.per_1000.high)
    assert version.per_1000.blocks == BATCHES


def test_a_month_is_thirty_days_like_these_and_its_trainings() -> None:
    cost = seen(
        *(a_call(number, at=NOON - timedelta(hours=number + 1)) for number in range(168)), runs=[a_run(usd=2.0)]
    )
    assert cost.month is not None
    assert cost.expected is not None
    assert cost.month.value == pytest.approx(168 * ONE * MONTH / WEEK)
    assert cost.expected.value == pytest.approx(cost.month.value + 2.0)
    assert cost.of_budget == pytest.approx(cost.expected.value / 20)
    assert cost.a_day == 24


def test_calls_of_one_day_say_little_of_a_month() -> None:
    month = seen(*(a_call(number) for number in range(100))).month
    assert month is not None
    assert (month.low, month.high) == (0.0, pytest.approx(month.value * 3.7, rel=0.1))


def test_where_nothing_was_called_nothing_is_claimed() -> None:
    cost = seen(runs=[a_run(usd=1.0)])
    assert (cost.versions, cost.month, cost.expected, cost.of_budget) == ((), None, None, None)
    assert cost.trainings_usd == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20261129])
def test_the_intervals_hold_the_truth_about_as_often_as_they_say(seed: int) -> None:
    """Poisson calls of exponential durations, whose true cost of a thousand and of a month is known."""
    dealt, times, a_day = random.Random(seed), 200, 40.0
    true_1000 = 1000 * ONE
    true_month = 30 * a_day * ONE
    held = [0, 0]
    for _ in range(times):
        calls, at = list[Invocation](), SPAN[0]
        while (at := at + timedelta(days=dealt.expovariate(a_day))) < NOON:
            calls.append(a_call(len(calls), at=at, billed_ms=dealt.expovariate(1 / 100)))
        cost = seen(*calls)
        for place, (of, truth) in enumerate(((cost.versions[0].per_1000, true_1000), (cost.month, true_month))):
            assert of is not None
            assert of.low is not None
            assert of.high is not None
            held[place] += of.low <= truth <= of.high
    assert min(held) >= 0.9 * times, (seed, held)
