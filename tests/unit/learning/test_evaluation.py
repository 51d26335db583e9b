from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, r2_score, roc_auc_score, root_mean_squared_error

from serin.domain.metrics import METRICS_OF_TASK, is_better
from serin.learning.evaluation import metrics

RANDOM = np.random.default_rng(1)
LATE = RANDOM.random(500) < 0.4
PROBABILITY = np.clip(LATE * 0.3 + RANDOM.random(500) * 0.7, 0.0, 1.0)


def test_binary_metrics_are_scikit_learns() -> None:
    found = metrics("binary", LATE, PROBABILITY, (False, True))
    assert found["roc_auc"] == roc_auc_score(LATE, PROBABILITY)
    assert found["log_loss"] == pytest.approx(log_loss(LATE, PROBABILITY), rel=1e-12)
    assert found["brier"] == pytest.approx(brier_score_loss(LATE, PROBABILITY), rel=1e-12)
    assert found["accuracy"] == ((PROBABILITY >= 0.5) == LATE).mean()


def test_multiclass_metrics_are_scikit_learns() -> None:
    classes = ("a", "b", "c")
    label = np.array(classes)[RANDOM.integers(0, 3, 300)]
    score = RANDOM.dirichlet((1, 1, 1), 300)
    found = metrics("multiclass", label, score, classes)
    assert found["log_loss"] == pytest.approx(log_loss(label, score, labels=list(classes)), rel=1e-12)
    assert found["accuracy"] == (np.array(classes)[score.argmax(axis=1)] == label).mean()


def test_regression_metrics_are_scikit_learns() -> None:
    label, score = RANDOM.random(200), RANDOM.random(200)
    found = metrics("regression", label, score, ())
    assert found["rmse"] == pytest.approx(root_mean_squared_error(label, score), rel=1e-12)
    assert found["mae"] == pytest.approx(float(np.abs(label - score).mean()), rel=1e-12)
    assert found["r2"] == pytest.approx(r2_score(label, score), rel=1e-12)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_metric_of_the_task_is_there_even_without_rows(task: Any) -> None:
    found = metrics(task, np.array([]), np.array([]), (False, True))
    assert tuple(found) == METRICS_OF_TASK[task]
    assert all(math.isnan(value) for value in found.values())


def test_a_sure_and_wrong_answer_costs_much_but_not_everything() -> None:
    found = metrics("binary", np.array([True, False]), np.array([0.0, 0.0]), (False, True))
    assert found["log_loss"] == pytest.approx(-math.log(1e-15) / 2)


def test_roc_auc_of_one_class_is_nan() -> None:
    found = metrics("binary", np.array([True] * 300), np.full(300, 0.9), (False, True))
    assert math.isnan(found["roc_auc"])
    assert math.isfinite(found["log_loss"])


def test_a_score_that_is_no_number_makes_every_metric_nan_and_never_better() -> None:
    found = metrics("binary", np.array([True, False]), np.array([0.5, math.nan]), (False, True))
    assert all(math.isnan(value) for value in found.values())
    assert not is_better("log_loss", found["log_loss"], 10.0)


def test_r2_of_equal_labels_is_nan() -> None:
    assert math.isnan(metrics("regression", np.ones(5), np.ones(5), ())["r2"])
