from __future__ import annotations

import random

import pytest

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.performance import Performance, in_words, judge_performance


def days(mean: float, count: int, seed: int = 1) -> Sample:
    draw = random.Random(seed)
    return Sample([draw.gauss(mean, 0.02) for _ in range(count)], 900 * count, ordered=True)


def judged(now: Sample, before: Sample, *, higher: bool = True) -> Performance:
    return judge_performance("roc_auc", now, before, 0.05, higher_is_better=higher)


def test_a_loss_is_told_with_its_bound_and_the_direction_counts() -> None:
    lost = judged(days(0.65, 7), days(0.72, 28, 2))
    assert lost.status == "LOSS"
    assert lost.loss == pytest.approx(0.07, abs=0.02)
    assert lost.bound is not None
    assert 0 < lost.bound < 0.07
    assert "6,300 rows with truth" in lost.sentence
    assert judged(days(0.65, 7), days(0.72, 28, 2), higher=False).status == "NO_LOSS_SEEN"


def test_no_loss_says_which_could_have_been_seen() -> None:
    same = judged(days(0.72, 7), days(0.72, 28, 2))
    assert same.status == "NO_LOSS_SEEN"
    assert same.detectable is not None
    assert f"a loss of {same.detectable:.2g} could have been seen" in same.sentence
    assert same.window is not None
    assert same.window.low < same.window.estimate < same.window.high


def test_two_days_say_nothing() -> None:
    assert judged(days(0.1, 2), days(0.72, 28)).status == "INSUFFICIENT_DATA"


def test_data_drift_and_concept_drift_are_told_apart() -> None:
    lost, same = judged(days(0.6, 7), days(0.72, 28)), judged(days(0.72, 7), days(0.72, 28))
    none = judged(days(0.6, 1), days(0.72, 28))
    assert "concept drift" in in_words("NO_DRIFT_SEEN", {"roc_auc": lost})
    assert "has not learnt" in in_words("DRIFT", {"roc_auc": lost})
    assert "no loss was seen (data drift)" in in_words("DRIFT", {"roc_auc": same})
    assert "only truth can tell" in in_words("DRIFT", {"roc_auc": none})
    assert "too little truth" in in_words("NO_DRIFT_SEEN", {})
    assert "too little is known" in in_words("INSUFFICIENT_DATA", {"roc_auc": lost})
    assert "too little data" in in_words("INSUFFICIENT_DATA", {})


def test_what_is_unusual_once_is_called_neither_unchanged_nor_drift() -> None:
    lost, same = judged(days(0.6, 7), days(0.72, 28)), judged(days(0.72, 7), days(0.72, 28))
    for losses in ({"roc_auc": lost}, {"roc_auc": same}, {}):
        said = in_words("SUSPECTED", losses)
        assert "the next window tells" in said
        assert not any(word in said for word in ("No change", "as they were", "drift"))
