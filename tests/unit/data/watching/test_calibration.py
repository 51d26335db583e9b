"""What a model's scores promise before truth has come: right while only the mix of rows moves, blind to the rest."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss, roc_auc_score

from serin.data.watching.calibration import Calibration, calibrated, expected, expected_days
from serin.domain.judgement.watching.estimated import judge_estimate

RANDOM = np.random.default_rng(5)
SCORE = RANDOM.beta(2, 5, 20_000)
# The model is too sure of itself: what it says is not what happens.
TRULY = 0.1 + 0.6 * SCORE
POSITIVE = (RANDOM.random(20_000) < TRULY).astype(np.float64)


def _calibration() -> Calibration:
    found = calibrated(SCORE, POSITIVE)
    assert found is not None
    return found


def test_a_score_means_what_rows_of_it_turned_out_to_be() -> None:
    found = _calibration()
    assert np.abs(found.of(SCORE) - TRULY).mean() < 0.02
    assert (np.diff(found.rates) >= 0).all()
    assert found.rows == 20_000


def test_rates_are_those_of_isotonic_regression() -> None:
    found = _calibration()
    order = np.array_split(np.argsort(SCORE, kind="stable"), len(found.scores))
    shares = [(POSITIVE[group].sum() + 0.5) / (len(group) + 1) for group in order]
    fitted = IsotonicRegression().fit(found.scores, shares, [len(group) for group in order]).predict(found.scores)
    assert found.rates == pytest.approx(fitted)


def test_a_window_of_other_rows_is_foretold_and_other_labels_are_not() -> None:
    later = RANDOM.random(20_000) < SCORE**2 * 2
    score, positive = SCORE[later], (RANDOM.random(int(later.sum())) < TRULY[later]).astype(np.float64)
    found, before = expected(_calibration(), score), expected(_calibration(), SCORE)
    assert found is not None
    assert before is not None
    assert found.log_loss - before.log_loss > 0.05
    assert found.log_loss == pytest.approx(log_loss(positive, score), abs=0.03)
    assert found.roc_auc == pytest.approx(roc_auc_score(positive, score), abs=0.03)
    assert found.rate == pytest.approx(positive.mean(), abs=0.03)


def test_a_row_that_may_be_either_counts_half_on_each_side_of_the_auc() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.9])
    sure = Calibration(np.array([0.1, 0.4, 0.9]), np.array([0.0, 0.5, 1.0]), 4)
    found = expected(sure, scores)
    assert found is not None
    assert found.roc_auc == pytest.approx(3.5 / 4)
    assert expected(sure, scores[:0]) is None


def test_too_little_truth_calibrates_nothing() -> None:
    assert calibrated(SCORE[:100], POSITIVE[:100]) is None
    assert calibrated(SCORE, np.zeros(20_000)) is None


def test_an_estimate_says_what_it_assumes() -> None:
    days = np.repeat(np.arange(20), 1000)
    known, worse = expected_days(_calibration(), SCORE, days), SCORE[SCORE > 0.3][:7000]
    window = expected_days(_calibration(), worse, days[: len(worse)])
    found = judge_estimate(window, known, 0.05, rows_with_truth=20_000)
    assert found.status == "LOSS"
    same = judge_estimate(known, known, 0.05, rows_with_truth=20_000)
    none = judge_estimate(expected_days(_calibration(), SCORE[:0], days[:0]), known, 0.05, rows_with_truth=20_000)
    assert (same.status, none.status) == ("NO_LOSS_SEEN", "INSUFFICIENT_DATA")
    for verdict in (found, same, none):
        assert verdict.sentence.endswith("and cannot see another.")
