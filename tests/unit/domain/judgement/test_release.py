from __future__ import annotations

from dataclasses import replace

import pytest

from serin.domain.judgement.looks import affordable, minimum_calls, needed_requests, step_calls
from serin.domain.judgement.release import judge_release
from serin.domain.judgement.release_evidence import (
    Counts,
    ReleaseEvidence,
    SandboxPair,
    Shadow,
    StepEvidence,
    Stops,
    WarmCalls,
)
from serin.domain.judgement.release_policy import ReleasePolicy

POLICY = ReleasePolicy()
STEPS = (10, 50)
FIRST = StepEvidence(10, Counts(50), Counts(450, 2))


def at_end(calls: int, failures: int = 0, **parts: object) -> ReleaseEvidence:
    last = StepEvidence(50, Counts(calls - 50, failures), Counts(calls - 50, failures))
    return replace(ReleaseEvidence(STEPS, (FIRST, last)), **parts)  # type: ignore[arg-type]


def test_the_least_calls_follow_from_the_margin() -> None:
    assert (minimum_calls(POLICY), step_calls(POLICY), needed_requests(STEPS, POLICY)) == (300, 50, 1000)


def test_a_clean_candidate_passes_at_the_first_look_and_not_before() -> None:
    before = judge_release(at_end(299), POLICY)
    assert (before.outcome, before.missing_calls) == ("continue", 1)
    assert before.sentence == "Goes on: not enough evidence: 1 more call of the candidate."
    assert judge_release(at_end(300), POLICY).outcome == "pass"


def test_a_look_is_taken_once() -> None:
    verdict = judge_release(at_end(300, 4), POLICY)
    assert (verdict.outcome, verdict.looked_at, verdict.missing_calls) == ("continue", 300, 1200)
    assert judge_release(at_end(900, 4, looked_at=300), POLICY).outcome == "continue"
    assert judge_release(at_end(1500, 4, looked_at=300), POLICY).outcome == "pass"


def test_nothing_passes_below_the_last_weight_and_its_own_minimum() -> None:
    many = ReleaseEvidence(STEPS, (StepEvidence(10, Counts(5000), Counts(45_000)),))
    assert judge_release(many, POLICY).step_done
    short = replace(many, steps=(*many.steps, StepEvidence(50, Counts(49), Counts(49))))
    assert (judge_release(short, POLICY).outcome, judge_release(short, POLICY).missing_calls) == ("continue", 1)
    done = replace(many, steps=(*many.steps, StepEvidence(50, Counts(50), Counts(50))))
    assert judge_release(done, POLICY).outcome == "pass"


def test_after_the_last_look_nothing_can_decide() -> None:
    assert judge_release(at_end(1500, 30, looked_at=300), POLICY).outcome == "inconclusive"


@pytest.mark.parametrize("steps", [(), (FIRST,)])
def test_silence_is_never_a_pass(steps: tuple[StepEvidence, ...]) -> None:
    assert judge_release(ReleaseEvidence(STEPS, steps, deadline_passed=True), POLICY).outcome == "inconclusive"


def test_failures_of_the_candidate_alone_fail_it_and_shared_ones_do_not() -> None:
    alone = ReleaseEvidence(STEPS, (StepEvidence(10, Counts(20, 4), Counts(180)),))
    shared = ReleaseEvidence(STEPS, (StepEvidence(10, Counts(20, 16), Counts(180, 144)),))
    assert judge_release(alone, POLICY).outcome == "fail"
    assert judge_release(shared, POLICY).outcome == "continue"


def test_failures_within_the_margin_never_roll_back() -> None:
    within = ReleaseEvidence(STEPS, (StepEvidence(10, Counts(1000, 20), Counts(9000)),))
    verdict = judge_release(within, POLICY)
    assert (verdict.outcome, verdict.step_done) == ("continue", True)
    beyond = ReleaseEvidence(STEPS, (StepEvidence(10, Counts(1000, 21), Counts(9000)),))
    assert judge_release(beyond, POLICY).outcome == "fail"


@pytest.mark.parametrize(
    "stops", [Stops(longest_run=17), Stops(init_failure="no module"), Stops(throttled=True), Stops(alarms=("p95",))]
)
def test_an_absolute_stop_fails_a_release_that_would_pass(stops: Stops) -> None:
    assert judge_release(at_end(300, stops=stops), POLICY).outcome == "fail"
    assert judge_release(at_end(300, stops=Stops(longest_run=16)), POLICY).outcome == "pass"


def test_a_share_of_calls_that_the_weight_does_not_explain_is_no_evidence() -> None:
    odd = StepEvidence(50, Counts(400), Counts(700))
    verdict = judge_release(ReleaseEvidence(STEPS, (FIRST, odd)), POLICY)
    assert verdict.outcome == "invalid"
    assert "the weight does not explain that" in verdict.sentence


def test_a_shadow_that_loses_fails_before_any_traffic_and_an_equal_one_goes_on() -> None:
    losing = Shadow(600, 0, 42, {1.0: 42, -1.0: 0, 0.0: 558})
    equal = Shadow(600, 0, 42, {1.0: 21, -1.0: 21, 0.0: 558})
    assert judge_release(ReleaseEvidence(STEPS, shadow=losing), POLICY).outcome == "fail"
    assert judge_release(ReleaseEvidence(STEPS, shadow=equal), POLICY).step_done
    assert judge_release(ReleaseEvidence(STEPS, shadow=Shadow(400)), POLICY).missing_calls == 200


def test_the_strategy_shadow_passes_by_its_last_pair() -> None:
    policy = replace(POLICY, strategy="shadow")
    assert judge_release(ReleaseEvidence((), shadow=Shadow(599)), policy).outcome == "continue"
    assert judge_release(ReleaseEvidence((), shadow=Shadow(600)), policy).outcome == "pass"
    assert judge_release(ReleaseEvidence((), shadow=Shadow(600, 12)), policy).outcome == "inconclusive"


def test_slow_sandboxes_fail_and_fewer_than_five_stop_nothing() -> None:
    def judged(count: int, over: int) -> str:
        pairs = [SandboxPair(over + number % 2, number % 2) for number in range(count)]
        return judge_release(at_end(300, sandboxes=pairs), POLICY).outcome

    assert judged(8, 12) == "fail"
    assert judged(4, 19) == "pass"
    assert judged(8, 0) == "pass"


def test_a_candidate_that_is_slow_in_traffic_alone_is_not_let_in_by_how_quick_its_shadow_was() -> None:
    shadow = [SandboxPair(0, 0)] * 5
    for again in (False, True):
        callers = [SandboxPair(20, 0, "callers", again)] * 5
        assert judge_release(at_end(300, sandboxes=[*shadow, *callers]), POLICY).outcome == "fail"


def test_what_is_not_known_of_latency_in_traffic_is_said_when_it_passes() -> None:
    """However well the shadow went: that says nothing of what callers ask."""
    callers = [SandboxPair(20, 0, "callers", again=True)] * 4
    warm = WarmCalls(90, 90, 110, 11)
    verdict = judge_release(at_end(300, sandboxes=[*[SandboxPair(0, 0)] * 5, *callers], warm=warm), POLICY)
    assert verdict.outcome == "pass"
    said = "latency in traffic: 4 pairs of sandboxes, 5 are needed; it stops nothing"
    assert f"{said} (slow were 100.0% of 90 warm calls of the candidate, 10.0% of 110" in verdict.sentence
    assert "latency:" not in verdict.sentence


def test_traffic_that_cannot_decide_is_refused_with_the_arithmetic() -> None:
    strict = replace(POLICY, inconclusive="roll_back")
    refusal = affordable(STEPS, strict, 999)
    assert refusal is not None
    assert "1000 requests; 999 are expected" in refusal.sentence
    assert affordable(STEPS, strict, 1000) is None
    assert affordable(STEPS, strict, None) is None
    assert affordable(STEPS, POLICY, 1) is None


def test_counts_and_steps_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Counts(1, 2)
    with pytest.raises(ValueError, match="follow the plan"):
        ReleaseEvidence(STEPS, (StepEvidence(50),))
    with pytest.raises(ValueError, match="weight"):
        StepEvidence(100)
    with pytest.raises(ValueError, match="pairs"):
        Shadow(1, 1, 1)
    with pytest.raises(ValueError, match="cannot be over"):
        SandboxPair(21, 0)
