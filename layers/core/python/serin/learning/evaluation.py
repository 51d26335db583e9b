"""How good scores are, by the metrics the domain knows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of
from serin.domain.metrics import METRICS_OF_TASK
from serin.measures.arrays import SMALLEST_PROBABILITY, Floats, Labels


def metrics(task: Task, label: Labels, score: Floats, classes: Sequence[Scalar]) -> dict[str, float]:
    """Each metric of the task (`METRICS_OF_TASK`) over the rows; scores as `serin.serving.scoring` gives them.

    A metric that the rows cannot show is NaN, which no floor and no comparison accepts: all of
    them without rows or with a score that is not finite, `roc_auc` when the rows have one class,
    `r2` when their labels are equal.
    """
    if len(label) == 0 or not np.isfinite(score).all():
        return dict.fromkeys(METRICS_OF_TASK[task], math.nan)
    if task == "binary":
        return _computed(task, _BINARY, (label == positive_of(classes)).astype(np.float64), score)
    if task == "multiclass":
        return _computed(task, _MULTICLASS, np.searchsorted(np.array(classes), label).astype(np.float64), score)
    return _computed(task, _REGRESSION, label.astype(np.float64), score)


Metric = Callable[[Floats, Floats], float]


def _computed(task: Task, known: Mapping[str, Metric], label: Floats, score: Floats) -> dict[str, float]:
    return {name: float(known[name](label, score)) for name in METRICS_OF_TASK[task]}


def _roc_auc(label: Floats, score: Floats) -> float:
    return math.nan if label.min() == label.max() else float(roc_auc_score(label, score))


def _log_loss(label: Floats, score: Floats) -> float:
    return _mean_surprise(np.where(label == 1.0, score, 1.0 - score))


def _multiclass_log_loss(label: Floats, score: Floats) -> float:
    return _mean_surprise(score[np.arange(len(label)), label.astype(np.intp)])


def _mean_surprise(probability: Floats) -> float:
    return float(-np.log(np.clip(probability, SMALLEST_PROBABILITY, 1.0)).mean())


def _accuracy(label: Floats, score: Floats) -> float:
    return _share(label == (score >= 0.5))


def _multiclass_accuracy(label: Floats, score: Floats) -> float:
    return _share(label == score.argmax(axis=1))


def _share(hits: npt.NDArray[np.bool_]) -> float:
    return float(hits.mean())


def _mean_square(label: Floats, score: Floats) -> float:
    return float(np.square(label - score).mean())


def _r2(label: Floats, score: Floats) -> float:
    spread = float(np.square(label - label.mean()).mean())
    return math.nan if spread == 0.0 else 1.0 - _mean_square(label, score) / spread


_BINARY: Mapping[str, Metric] = {
    "roc_auc": _roc_auc,
    "log_loss": _log_loss,
    "brier": _mean_square,
    "accuracy": _accuracy,
}
_MULTICLASS: Mapping[str, Metric] = {"log_loss": _multiclass_log_loss, "accuracy": _multiclass_accuracy}
_REGRESSION: Mapping[str, Metric] = {
    "rmse": lambda label, score: math.sqrt(_mean_square(label, score)),
    "mae": lambda label, score: float(np.abs(label - score).mean()),
    "r2": _r2,
}
