from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from serin.domain.metrics import METRICS_OF_TASK
from serin.learning.evaluation import metrics
from serin.measures.influence import row_values

RANDOM = np.random.default_rng(5)
LATE = RANDOM.random(400) < 0.3
SCORE = np.round(np.clip(LATE * 0.2 + RANDOM.random(400) * 0.8, 0, 1), 2)
AMOUNT = RANDOM.normal(size=400)
GUESS = AMOUNT + RANDOM.normal(size=400)
KIND = np.array(["a", "b", "c"])[RANDOM.integers(0, 3, 400)]
SHARES = RANDOM.dirichlet((1, 1, 1), 400)
CASES: dict[Any, tuple[Any, Any, Any]] = {
    "binary": (LATE, SCORE, (False, True)),
    "multiclass": (KIND, SHARES, ("a", "b", "c")),
    "regression": (AMOUNT, GUESS, ()),
}
EVERY = [(task, metric) for task, names in METRICS_OF_TASK.items() for metric in names]


@pytest.mark.parametrize(("task", "metric"), EVERY)
def test_the_rows_values_have_the_metric_as_their_mean(task: Any, metric: str) -> None:
    label, score, classes = CASES[task]
    expected = metrics(task, label, score, classes)[metric]
    assert row_values(task, metric, label, score, classes).mean() == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "metric"), EVERY)
def test_their_spread_says_how_sure_the_metric_is(task: Any, metric: str) -> None:
    """Against the bootstrap, which draws the rows again and again."""
    label, score, classes = CASES[task]
    error = row_values(task, metric, label, score, classes).std() / math.sqrt(len(label))
    draws = [RANDOM.integers(0, len(label), len(label)) for _ in range(300)]
    found = [metrics(task, label[rows], score[rows], classes)[metric] for rows in draws]
    assert error == pytest.approx(float(np.std(found)), rel=0.2)


@pytest.mark.parametrize(("task", "metric"), EVERY)
def test_without_rows_or_with_a_score_that_is_no_number_there_is_nothing(task: Any, metric: str) -> None:
    label, score, classes = CASES[task]
    assert len(row_values(task, metric, label[:0], score[:0], classes)) == 0
    broken = score.copy()
    broken[3] = math.nan
    assert np.isnan(row_values(task, metric, label, broken, classes)).all()


def test_rows_of_one_class_show_no_auc_and_equal_labels_no_r2() -> None:
    assert np.isnan(row_values("binary", "roc_auc", np.ones(5, bool), SCORE[:5], (False, True))).all()
    assert np.isnan(row_values("regression", "r2", np.ones(5), GUESS[:5], ())).all()


def test_a_perfect_guess_has_no_error() -> None:
    assert row_values("regression", "rmse", AMOUNT, AMOUNT, ()).tolist() == [0.0] * 400
