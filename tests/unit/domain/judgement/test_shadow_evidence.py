from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.charter import Scalar
from serin.domain.judgement.policy import Matrix, ValuePolicy
from serin.domain.judgement.release import judge_release
from serin.domain.judgement.release_evidence import ReleaseEvidence, Shadow
from serin.domain.judgement.release_policy import Margins, ReleasePolicy, ShadowPolicy
from serin.domain.judgement.shadow_evidence import longest_failing_run, shadow_of
from serin.domain.judgement.shadow_losses import Rules, rules_of
from serin.domain.shadows import Matured, Pair, ShadowAnswer
from tests.builders import NOON, a_charter, a_version

LATER = NOON + timedelta(hours=1)
SAYS_NO, SAYS_YES = ShadowAnswer(0.2, label=False), ShadowAnswer(0.8, label=True)
VALUE = ValuePolicy("USD", Matrix(tp=40, fp=-20, fn=0, tn=0))


def a_pair(number: int, live: ShadowAnswer, candidate: ShadowAnswer, **parts: Any) -> Pair:
    pair = Pair(f"p{number}", LATER, (number,), live, candidate, f"c{number}")
    return replace(pair, **parts)


def truth(number: int, label: Scalar, hours: int = 2) -> Matured:
    return Matured(f"p{number}", label, NOON + timedelta(hours=hours))


def rules(task: str = "binary", candidate: float | None = None, live: float | None = None, **parts: Any) -> Rules:
    versions = (a_version(1, threshold=one, positive=True, metrics={"mae": 2.0}) for one in (candidate, live))
    margins = Margins(value_per_1000=parts.pop("value_per_1000", 0.0))
    return rules_of(a_charter(task=task, **parts), *versions, ReleasePolicy(margins=margins))


def counted(pairs: list[Pair], known: list[Matured], by: Rules) -> Shadow:
    return shadow_of(pairs, known, by, NOON)


def test_pairs_failures_and_other_labels_are_counted_once_each() -> None:
    broken = ShadowAnswer(error="ValueError: no")
    pairs = [a_pair(1, SAYS_NO, SAYS_NO), a_pair(2, SAYS_NO, SAYS_YES), a_pair(3, SAYS_NO, broken)]
    assert counted(pairs, [], rules()) == Shadow(3, 1, 1)


@pytest.mark.parametrize("score", [2.5, -1.0, float("nan"), None, [0.1, 0.9, 0.9], 10**400])
def test_an_answer_that_cannot_be_true_disagrees_and_is_no_loss(score: Any) -> None:
    """A probability of 2.5 would lose more than there is to lose, and the judge could not read on."""
    senseless = ShadowAnswer(score, label=True)
    pairs = [a_pair(1, SAYS_NO, senseless), a_pair(2, senseless, SAYS_NO), a_pair(3, SAYS_NO, SAYS_YES)]
    found = counted(pairs, [truth(number, False) for number in (1, 2, 3)], rules())
    assert (found.pairs, found.failures, found.disagreeing, found.invalid) == (3, 0, 2, 1)
    assert found.losses == {0.6: 1}
    policy = ReleasePolicy("shadow", shadow=ShadowPolicy(600))
    assert judge_release(ReleaseEvidence((), shadow=Shadow(600, invalid=12)), policy).outcome == "inconclusive"


def test_without_a_value_a_binary_candidate_loses_by_its_squared_error() -> None:
    found = counted(
        [a_pair(1, SAYS_NO, SAYS_YES), a_pair(2, SAYS_NO, SAYS_YES)], [truth(1, False), truth(2, True)], rules()
    )
    assert (found.losses, found.largest, found.judged_by) == ({0.6: 1, -0.6: 1}, 1.0, "quality")


def test_with_a_value_it_loses_what_its_decisions_bring_less_each_by_its_own_threshold() -> None:
    by = rules(candidate=0.3, live=0.1, value=VALUE)
    known = [truth(1, True), truth(2, False), truth(3, True)]
    pairs = [a_pair(1, SAYS_NO, SAYS_NO), a_pair(2, SAYS_NO, SAYS_NO), a_pair(3, SAYS_NO, SAYS_YES)]
    found = counted(pairs, known, by)
    assert (found.losses, found.largest, found.judged_by) == ({40.0: 1, -20.0: 1, 0.0: 1}, 40.0, "value")


def test_a_threshold_of_the_other_classs_probability_is_not_used_and_its_scores_are_turned_round() -> None:
    by = rules(candidate=0.9, live=0.9, value=VALUE)
    turned = replace(by, live=replace(by.live, positive=False))
    assert turned.loss(SAYS_YES, SAYS_YES, True) == 40.0
    turned = replace(turned, matrix=None)
    assert turned.loss(ShadowAnswer(0.2, label=True), SAYS_YES, True) == pytest.approx(0.0)


def test_a_margin_of_value_that_no_pair_can_lose_gives_no_losses() -> None:
    found = counted([a_pair(1, SAYS_NO, SAYS_YES)], [truth(1, False)], rules(value=VALUE, value_per_1000=40_000.0))
    assert (found.losses, found.largest) == ({}, 1.0)


def test_of_many_classes_a_wrong_label_is_a_loss_whatever_the_order_of_the_probabilities() -> None:
    red, blue = ShadowAnswer([0.1, 0.9], label="red"), ShadowAnswer([0.9, 0.1], label="blue")
    found = counted(
        [a_pair(1, red, blue), a_pair(2, blue, red)], [truth(1, "red"), truth(2, "red")], rules("multiclass")
    )
    assert (found.losses, found.disagreeing) == ({1: 1, -1: 1}, 2)


def test_a_regression_disagrees_beyond_the_live_ones_usual_error_and_loses_no_more_than_three_of_it() -> None:
    near, far, mad = ShadowAnswer(11.5), ShadowAnswer(12.5), ShadowAnswer(900.0)
    pairs = [a_pair(n, ShadowAnswer(10.0), value) for n, value in enumerate((near, far, mad))]
    found = counted(pairs, [truth(n, 10) for n in range(3)], rules("regression"))
    assert (found.disagreeing, found.losses, found.largest) == (2, {1.5: 1, 2.5: 1, 6.0: 1}, 6.0)
    unknown = replace(rules("regression"), usual_error=None)
    assert counted(pairs, [truth(0, 10)], unknown) == Shadow(3)


def test_truth_counts_only_for_requests_after_what_both_have_learnt_from() -> None:
    pairs = [a_pair(1, SAYS_NO, SAYS_YES, at=NOON), a_pair(2, SAYS_NO, SAYS_YES)]
    assert sum(counted(pairs, [truth(1, True), truth(2, True)], rules()).losses.values()) == 1


def test_many_questions_about_one_fact_are_one_piece_of_evidence() -> None:
    pairs = [a_pair(n, SAYS_NO, SAYS_YES, entity=("UA", 7)) for n in range(5)]
    known = [truth(n, True) for n in range(5)]
    assert sum(counted(pairs, known, rules()).losses.values()) == 1
    again = [truth(0, True), truth(1, True, hours=30)]
    assert sum(counted(pairs, again, rules()).losses.values()) == 2


def test_a_row_that_cannot_be_asked_again_as_it_was_says_nothing_of_quality() -> None:
    changed = replace(SAYS_YES, changed=("queue",))
    assert counted([a_pair(1, SAYS_NO, changed)], [truth(1, True)], rules()) == Shadow(1)


def test_the_longest_run_is_of_calls_whose_rows_all_failed() -> None:
    bad = ShadowAnswer(error="no")
    calls = [("a", bad), ("a", bad), ("b", bad), ("c", SAYS_NO), ("c", bad), ("d", bad)]
    pairs = [a_pair(n, SAYS_NO, answer, invocation=call) for n, (call, answer) in enumerate(calls)]
    assert longest_failing_run(pairs) == 2
    assert longest_failing_run([]) == 0
