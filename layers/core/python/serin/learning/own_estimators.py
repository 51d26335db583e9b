"""An estimator that somebody else wrote, fitted and asked: what goes wrong in it is told by name, place and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.charter import Scalar, Task
from serin.domain.errors import Invalid, SerinError
from serin.domain.model_code import RAISED, raised
from serin.learning.checked_scores import score_misfits
from serin.measures.arrays import Floats, Labels
from serin.serving.estimators import Estimator
from serin.serving.scoring import scores_of

_FIELD = "training.pipeline"


def fit_own(estimator: Estimator, table: Any, label: Labels) -> None:
    """Fit in place, on one thread; Invalid for whatever the estimator raises.

    Trials run beside each other: with more threads than cores, OpenMP's threads spin on its barriers and a fit takes 70
    times as long. One thread also adds up in one order, so the same rows give the same model everywhere.
    """
    try:
        with threadpool_limits(limits=1):
            estimator.fit(table, label)
    except SerinError:
        raise
    except RAISED as error:
        raise _failed(estimator, "be fitted", error) from error


def transformed_by_own(steps: Any, table: pd.DataFrame) -> Any:
    """What fitted steps make of a table; Invalid for what they raise."""
    try:
        with threadpool_limits(limits=1):
            return steps.transform(table)
    except SerinError:
        raise
    except RAISED as error:
        raise _failed(steps, "transform rows", error) from error


def scores_of_own(estimator: Estimator, task: Task, classes: Sequence[Scalar], table: pd.DataFrame) -> Floats:
    """`serin.serving.scoring.scores_of`; Invalid for what it raises, and for scores that nobody can judge."""
    try:
        with threadpool_limits(limits=1):
            score = scores_of(estimator, task, classes, table)
    except SerinError:
        raise
    except RAISED as error:
        raise _failed(estimator, "score rows", error) from error
    for misfit in score_misfits(f"The estimator {type(estimator).__name__}", score, len(table), task, len(classes)):
        raise Invalid(f"{misfit}.", "Correct what its predict or predict_proba answers.", _FIELD)
    return score


def _failed(estimator: Estimator, what: str, error: BaseException) -> Invalid:
    found = f"The estimator {type(estimator).__name__} cannot {what}: {raised(error)}."
    return Invalid(found, "Correct the pipeline, or its parameters in training.search.space.", _FIELD)
