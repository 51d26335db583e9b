from __future__ import annotations

import math
import random

import pytest

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.gate import judge, refused
from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.verdicts import Check, Verdict, worst
from tests.unit.domain.judgement.samples import (
    BY_SHOP,
    USD,
    a_sample,
    a_slice,
    a_value,
    an_evidence,
    asked,
)


def check(verdict: Verdict, name: str) -> Check:
    (found,) = [check for check in verdict.checks if check.name == name]
    return found


def test_a_challenger_that_gains_for_sure_passes() -> None:
    verdict = judge(an_evidence(0.01), asked())
    assert verdict.outcome == "pass"
    assert {check.outcome for check in verdict.checks} == {"pass"}


def test_a_gain_that_may_be_luck_is_rejected() -> None:
    verdict = judge(an_evidence(0.003), asked())
    assert verdict.outcome == "fail"
    gain = check(verdict, "gain over the champion")
    assert (gain.requirement, gain.estimate) == (0.0005, pytest.approx(0.003))
    assert gain.bound is not None
    assert gain.bound < 0.0005
    assert "0.003 better than version 4's, at worst 0.001912 worse with 95% confidence" in gain.reason


def test_a_gain_too_small_to_be_worth_a_release_is_rejected_however_sure() -> None:
    assert judge(an_evidence(over_champion=a_sample(0.0004, 1e-6)), asked()).outcome == "fail"
    assert judge(an_evidence(over_champion=a_sample(0.0006, 1e-6)), asked()).outcome == "pass"


def test_a_copy_of_the_champion_gains_nothing() -> None:
    sure = asked(gate=GatePolicy("log_loss"))
    assert judge(an_evidence(over_champion=a_sample(0.0, 0.0)), sure).outcome == "fail"


@pytest.mark.parametrize("gain", [-1.0, 0.0, 1.0])
def test_fewer_than_ten_blocks_against_a_champion_are_neither_passed_nor_rejected(gain: float) -> None:
    verdict = judge(an_evidence(over_champion=a_sample(gain, blocks=9)), asked())
    assert verdict.outcome == "inconclusive"
    assert verdict.power is None
    assert "9 days that neither has learnt from; 10 are needed" in verdict.sentence


def test_nine_days_are_undecided_whatever_else_fails() -> None:
    few = an_evidence(over_champion=a_sample(0.1, blocks=9), metrics={"roc_auc": a_sample(0.1, blocks=9)})
    assert judge(few, asked()).outcome == "inconclusive"


def test_ten_days_may_decide() -> None:
    assert judge(an_evidence(over_champion=a_sample(0.1, blocks=10)), asked()).outcome == "pass"


def test_a_first_model_needs_no_champion_and_few_blocks() -> None:
    few = an_evidence(None, over_trivial=a_sample(0.05, blocks=5), metrics={"roc_auc": a_sample(0.8, blocks=5)})
    assert judge(few, asked()).outcome == "pass"


def test_one_block_says_nothing() -> None:
    one = an_evidence(None, over_trivial=a_sample(0.05, blocks=1), metrics={"roc_auc": a_sample(0.8, blocks=1)})
    assert judge(one, asked()).outcome == "inconclusive"


@pytest.mark.parametrize(
    ("auc", "expected"), [(0.67, "fail"), (0.681, "pass"), (0.72, "pass"), (math.nan, "inconclusive")]
)
def test_a_floor_is_reached_by_the_estimate_and_the_bound_is_told(auc: float, expected: str) -> None:
    verdict = judge(an_evidence(metrics={"roc_auc": a_sample(auc)}), asked())
    assert (verdict.outcome, check(verdict, "floor of roc_auc").outcome) == (expected, expected)


@pytest.mark.parametrize(("loss", "expected"), [(0.51, "fail"), (0.499, "pass"), (0.45, "pass")])
def test_a_floor_of_a_loss_is_reached_from_below(loss: float, expected: str) -> None:
    verdict = judge(an_evidence(metrics={"log_loss": a_sample(loss)}), asked(floors={"log_loss": 0.5}))
    assert verdict.outcome == expected


def test_a_metric_that_the_rows_cannot_show_reaches_no_floor() -> None:
    assert judge(an_evidence(metrics={}), asked()).outcome == "inconclusive"


@pytest.mark.parametrize(("gain", "expected"), [(-0.001, "fail"), (0.001, "inconclusive"), (0.02, "pass")])
def test_a_model_must_be_better_than_the_trivial_answer_on_the_rows_that_judge(gain: float, expected: str) -> None:
    for champion in (None, 0.02):
        assert judge(an_evidence(champion, over_trivial=a_sample(gain)), asked()).outcome == expected


def test_a_model_that_says_the_same_as_the_trivial_answer_is_rejected() -> None:
    assert judge(an_evidence(None, over_trivial=a_sample(0.0, 0.0)), asked()).outcome == "fail"


def test_a_slice_that_collapses_is_caught_however_much_the_others_gain() -> None:
    slices = (a_slice("north", 0.2), a_slice("south", -0.06))
    verdict = judge(an_evidence(0.1, slices=slices), asked(slices=BY_SHOP))
    assert verdict.outcome == "fail"
    assert "slices of shop: south is 0.06 worse in log_loss" in verdict.sentence


def test_a_slice_within_its_margin_passes() -> None:
    verdict = judge(an_evidence(slices=(a_slice("north", 0.2), a_slice("south", -0.02))), asked(slices=BY_SHOP))
    assert verdict.outcome == "pass"


def test_a_few_rows_that_are_worse_by_chance_stop_nothing() -> None:
    slices = (a_slice("north", 0.02), a_slice("island", -0.05, spread=0.5, blocks=3))
    assert judge(an_evidence(slices=slices), asked(slices=BY_SHOP)).outcome == "pass"


def test_a_slice_nobody_measured_is_not_passed() -> None:
    assert judge(an_evidence(), asked(slices=BY_SHOP)).outcome == "inconclusive"


@pytest.mark.parametrize(
    ("value", "expected"), [(400, "fail"), (510, "inconclusive"), (900, "pass"), (None, "inconclusive")]
)
def test_a_first_release_must_bring_its_minimum_for_sure(value: float | None, expected: str) -> None:
    shown = None if value is None else a_value(value)
    verdict = judge(an_evidence(None, value=shown), asked(value=USD))
    assert verdict.outcome == expected


@pytest.mark.parametrize(
    ("change", "spread", "expected"),
    [(100, 50, "pass"), (-10, 50, "pass"), (-60, 50, "fail"), (-90, 500, "pass"), (-110, 500, "fail")],
)
def test_a_gain_of_score_does_not_pay_for_a_loss_of_value(change: float, spread: float, expected: str) -> None:
    evidence = an_evidence(0.1, value=a_value(1000, change, spread))
    assert judge(evidence, asked(value=USD, value_margin=100)).outcome == expected


def test_the_minimum_is_not_asked_again_of_a_later_release() -> None:
    assert judge(an_evidence(0.1, value=a_value(10, 5)), asked(value=USD, value_margin=100)).outcome == "pass"


def test_every_verdict_is_one_sentence_that_says_its_power() -> None:
    for evidence in (an_evidence(0.01), an_evidence(0.001), an_evidence(None)):
        verdict = judge(evidence, asked())
        assert verdict.sentence.endswith(".")
        assert "\n" not in verdict.sentence
        assert f"this gate could have seen a gain of {verdict.power:.2g} log_loss" in verdict.sentence


def test_the_power_that_is_told_is_kept() -> None:
    """At the gain that is said to be seen four times in five, it is."""
    source = random.Random(1)
    days = [[source.gauss(0, 0.01) for _ in range(14)] for _ in range(2000)]
    told = [judge(an_evidence(over_champion=_of(gains, 0.0)), asked()).power for gains in days]
    typical = sorted(power for power in told if power is not None)[1000]
    seen = sum(judge(an_evidence(over_champion=_of(gains, typical)), asked()).outcome == "pass" for gains in days)
    assert 0.75 < seen / 2000 < 0.95


def _of(gains: list[float], effect: float) -> Sample:
    return Sample([gain + effect for gain in gains], 14, ordered=True)


def test_what_is_no_evidence_is_refused_and_says_what_does_not_fit() -> None:
    verdict = refused("the scores do not fit", ("its labels are not those of the training set", "it has no champion"))
    assert verdict.outcome == "invalid"
    assert verdict.sentence.endswith("its labels are not those of the training set; it has no champion.")
    assert [check.outcome for check in verdict.checks] == ["invalid", "invalid"]


def test_the_worst_check_decides_and_nothing_is_no_pass() -> None:
    assert worst(["pass", "inconclusive", "fail"]) == "fail"
    assert worst(["pass", "inconclusive"]) == "inconclusive"
    assert worst(["fail", "invalid"]) == "invalid"
    assert worst(["pass", "pass"]) == "pass"
    assert worst([]) == "inconclusive"
