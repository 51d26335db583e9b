"""Metrics as a mean of rows, so that it can be said how sure they are.

A metric that is no mean of rows, such as roc_auc, is linearised: a row's number is the metric plus the row's influence
on it (the delta method; for roc_auc the placements of DeLong, DeLong and Clarke-Pearson 1988).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of
from serin.measures.arrays import SMALLEST_PROBABILITY, Floats, Labels

RowValues = Callable[[Floats, Floats], Floats]


def row_values(task: Task, metric: str, label: Labels, score: Floats, classes: Sequence[Scalar]) -> Floats:
    """A number a row whose mean is the metric over the rows; scores as `serin.serving.scoring` gives them.

    NaN throughout when the rows cannot show the metric: see `serin.learning.evaluation.metrics`.
    """
    if len(label) == 0 or not np.isfinite(score).all():
        return np.full(len(label), math.nan)
    if task == "binary":
        return _BINARY[metric]((label == positive_of(classes)).astype(np.float64), score)
    if task == "multiclass":
        return _MULTICLASS[metric](np.searchsorted(np.array(classes), label).astype(np.float64), score)
    return _REGRESSION[metric](label.astype(np.float64), score)


def _roc_auc(label: Floats, score: Floats) -> Floats:
    positive = label == 1.0
    share = float(positive.mean())
    if share in (0.0, 1.0):
        return np.full(len(label), math.nan)
    above = _share_below(score[positive], score[~positive])
    below = 1.0 - _share_below(score[~positive], score[positive])
    auc = float(above.mean())
    values = np.empty(len(label), dtype=np.float64)
    values[positive] = auc + (above - auc) / share
    values[~positive] = auc + (below - auc) / (1 - share)
    return values


def _share_below(values: Floats, others: Floats) -> Floats:
    """For each value the share of the others below it; equal ones count half."""
    ordered = np.sort(others)
    halves = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return halves / (2.0 * len(others))


def _log_loss(label: Floats, score: Floats) -> Floats:
    return _surprise(np.where(label == 1.0, score, 1.0 - score))


def _multiclass_log_loss(label: Floats, score: Floats) -> Floats:
    return _surprise(score[np.arange(len(label)), label.astype(np.intp)])


def _surprise(probability: Floats) -> Floats:
    surprise: Floats = -np.log(np.clip(probability, SMALLEST_PROBABILITY, 1.0))
    return surprise


def _accuracy(label: Floats, score: Floats) -> Floats:
    hits: Floats = (label == (score >= 0.5)).astype(np.float64)
    return hits


def _multiclass_accuracy(label: Floats, score: Floats) -> Floats:
    hits: Floats = (label == score.argmax(axis=1)).astype(np.float64)
    return hits


def _squares(label: Floats, score: Floats) -> Floats:
    return np.square(label - score)


def _rmse(label: Floats, score: Floats) -> Floats:
    squares = _squares(label, score)
    root = math.sqrt(float(squares.mean()))
    return squares if root == 0.0 else root + (squares - root * root) / (2 * root)


def _r2(label: Floats, score: Floats) -> Floats:
    squares, apart = _squares(label, score), np.square(label - label.mean())
    spread, lost = float(apart.mean()), float(squares.mean())
    if spread == 0.0:
        return np.full(len(label), math.nan)
    values: Floats = 1.0 - lost / spread - (squares - lost) / spread + (apart - spread) * lost / spread**2
    return values


_BINARY: Mapping[str, RowValues] = {
    "roc_auc": _roc_auc,
    "log_loss": _log_loss,
    "brier": _squares,
    "accuracy": _accuracy,
}
_MULTICLASS: Mapping[str, RowValues] = {"log_loss": _multiclass_log_loss, "accuracy": _multiclass_accuracy}
_REGRESSION: Mapping[str, RowValues] = {
    "rmse": _rmse,
    "mae": lambda label, score: np.abs(label - score),
    "r2": _r2,
}
