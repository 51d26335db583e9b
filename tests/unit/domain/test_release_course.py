"""Where a release goes next, as rules: what each outcome leads to, which share is due, when nothing more will come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.judgement.release_policy import CanaryPolicy, ReleasePolicy, ShadowPolicy
from serin.domain.release_course import (
    ROUNDS,
    after_judgement,
    compares,
    deadline,
    longest_wait,
    look_again,
    next_weight,
    no_more_comes,
    planned_weights,
    span_of_lease,
    stands,
    wait,
    wait_of_bake,
)
from serin.domain.release_record import Directive, Shift
from tests.builders import NOON, a_judged, a_plan

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def terms(**parts: Any) -> ReleasePolicy:
    return replace(ReleasePolicy(), **parts)


def shifts(*weights: int) -> list[Shift]:
    return [Shift("rel1", weight, NOON + number * HOUR, NOON + number * HOUR) for number, weight in enumerate(weights)]


@pytest.mark.parametrize(
    ("phase", "outcome", "done", "policy", "onward"),
    [
        ("canary", "continue", False, terms(), "judge"),
        ("canary", "continue", True, terms(), "shift"),
        ("canary", "pass", False, terms(), "promote"),
        ("canary", "fail", False, terms(), "abandon"),
        ("canary", "invalid", False, terms(inconclusive="hold"), "abandon"),
        ("canary", "inconclusive", False, terms(inconclusive="roll_back"), "abandon"),
        ("canary", "inconclusive", False, terms(inconclusive="hold"), "judge"),
        ("canary", "inconclusive", False, terms(inconclusive="ask"), "judge"),
        ("shadow", "continue", False, terms(), "shadow"),
        ("shadow", "continue", True, terms(), "shift"),
        ("shadow", "inconclusive", False, terms(inconclusive="roll_back"), "shift"),
        ("shadow", "fail", False, terms(), "abandon"),
        ("shadow", "continue", True, terms(strategy="shadow"), "shadow"),
        ("shadow", "pass", False, terms(strategy="shadow"), "promote"),
        ("shadow", "inconclusive", False, terms(strategy="shadow", inconclusive="roll_back"), "abandon"),
        ("shadow", "inconclusive", False, terms(strategy="shadow", inconclusive="ask"), "shadow"),
        ("bake", "continue", False, terms(), "bake"),
        ("bake", "fail", False, terms(), "abandon"),
    ],
)
def test_each_outcome_leads_somewhere_and_none_but_a_pass_to_all_traffic(
    phase: Any, outcome: Any, done: bool, policy: ReleasePolicy, onward: str
) -> None:
    plan = a_plan(policy=policy, weights=planned_weights(policy, None))
    course = after_judgement(plan, a_judged(phase=phase, outcome=outcome, step_done=done))
    assert course.next == onward
    assert bool(course.reason) == (onward == "abandon")


@pytest.mark.parametrize(
    ("set_so_far", "last", "weight"),
    [
        ((), None, 10),
        ((10,), {"weight": 10, "step_done": True}, 50),
        ((10,), {"weight": 10, "step_done": False}, None),
        ((10,), {"weight": 0, "step_done": True}, None),
        ((10, 50), {"weight": 10, "step_done": True}, None),
        ((10, 50), {"weight": 50, "step_done": True}, None),
        ((10, 50, 100), {"weight": 100, "step_done": True}, None),
    ],
)
def test_the_next_share_is_due_once_the_one_before_was_judged_to_its_end(
    set_so_far: tuple[int, ...], last: dict[str, Any] | None, weight: int | None
) -> None:
    judged = None if last is None else a_judged(**last)
    assert next_weight(a_plan(), shifts(*set_so_far), judged) == weight


def test_a_verdict_stands_in_its_own_phase_only() -> None:
    plan, asks = a_plan(policy=terms(inconclusive="roll_back")), a_plan(policy=terms(inconclusive="ask"))
    at_last = shifts(10, 50)
    for outcome in ("pass", "fail", "invalid", "inconclusive"):
        assert stands(plan, a_judged(outcome=outcome, weight=50), at_last)
        assert not stands(plan, a_judged(outcome=outcome, phase="shadow"), at_last)
    assert not stands(plan, a_judged(outcome="continue", weight=50), at_last)
    assert not stands(asks, a_judged(outcome="inconclusive", weight=50), at_last)
    assert not stands(plan, None, at_last)


def test_without_another_version_or_with_basic_nothing_is_compared() -> None:
    assert compares(a_plan())
    for parts in ({"previous": None}, {"previous": "3"}, {"policy": terms(strategy="basic")}):
        assert not compares(a_plan(**parts))


def test_the_deadline_counts_from_the_first_share_and_anew_from_who_resumes() -> None:
    plan = a_plan(policy=terms(shadow=ShadowPolicy(deadline=2 * HOUR), canary=CanaryPolicy(deadline=DAY)))
    assert deadline(plan, [], None) == NOON + 2 * HOUR
    assert deadline(plan, shifts(10, 50), None) == NOON + DAY
    later = NOON + 3 * DAY
    assert deadline(plan, shifts(10), Directive("late-orders", "rel1", "resume", "ana", later)) == later + DAY
    assert deadline(plan, shifts(10), Directive("late-orders", "rel1", "hold", "ana", later)) == NOON + DAY


@pytest.mark.parametrize(
    ("inconclusive", "strategy", "share", "over"),
    [
        ("roll_back", "canary", True, True),
        ("ask", "canary", True, True),
        ("hold", "canary", True, False),
        ("hold", "canary", False, True),
        ("hold", "shadow", False, False),
        ("ask", "shadow", False, True),
    ],
)
def test_hold_goes_on_after_the_deadline_but_a_canary_does_not_wait_for_its_shadow(
    inconclusive: Any, strategy: Any, share: bool, over: bool
) -> None:
    plan = a_plan(policy=terms(inconclusive=inconclusive, strategy=strategy))
    set_so_far = shifts(10) if share else []
    assert no_more_comes(plan, set_so_far, None, NOON + DAY) == over
    assert not no_more_comes(plan, set_so_far, None, NOON + DAY - timedelta(seconds=1))


def test_waits_grow_with_what_has_passed_up_to_a_thousandth_of_the_deadline_and_the_lease_outlasts_them() -> None:
    policy = terms(canary=CanaryPolicy(deadline=30 * DAY))
    waits = [wait(policy, elapsed) for elapsed in (timedelta(0), HOUR, 10 * HOUR, 30 * DAY)]
    assert waits == [60, 72, 720, 2592]
    assert wait(ReleasePolicy(), 30 * DAY) == 300
    assert span_of_lease(policy) - longest_wait(policy) == timedelta(minutes=15)


def test_the_time_after_the_promotion_is_looked_at_about_twenty_times_and_at_its_end() -> None:
    policy = terms(bake=HOUR)
    assert [wait_of_bake(policy, timedelta(minutes=passed)) for passed in (0, 58, 59.5, 60, 90)] == [
        180,
        120,
        30,
        72,
        108,
    ]
    assert wait_of_bake(terms(bake=timedelta(seconds=90)), timedelta(0)) == 60


def test_a_look_is_repeated_in_a_new_execution_after_many_rounds_and_truth_is_looked_up_now_and_then() -> None:
    assert look_again("canary", 60, ROUNDS - 1).next == "judge"
    over = look_again("canary", 60, ROUNDS)
    assert (over.next, over.then, over.round) == ("continue", "judge", 0)
    assert [look_again("shadow", 60, number).truth for number in range(1, 6)] == [False] * 4 + [True]
    assert not look_again("bake", 60, 5).truth
