"""An estimator's scores, read the same way when it is judged and when it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of
from serin.domain.errors import Invalid

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def scores_of(estimator: Any, task: Task, classes: Sequence[Scalar], table: pd.DataFrame) -> np.ndarray:
    """Float64 scores of a table's rows.

    binary: the probability of the positive class; multiclass: a row of probabilities each, 0 for a class the estimator
    has never seen; regression: the value.
    """
    import numpy as np

    if task == "regression":
        values = np.asarray(estimator.predict(table), dtype=np.float64)
        if values.shape != (len(table),):
            raise Invalid(
                f"The model gives {len(table)} rows values of shape {values.shape}.",
                "Give one number for each row in predict.",
                "training.pipeline",
            )
        return values
    probabilities = np.asarray(estimator.predict_proba(table), dtype=np.float64)
    known = [_plain(value) for value in estimator.classes_]
    if probabilities.shape != (len(table), len(known)):
        raise Invalid(
            f"The model knows {len(known)} classes and gives {len(table)} rows probabilities of shape "
            f"{probabilities.shape}.",
            "Give a probability for each of its classes_ in predict_proba.",
            "training.pipeline",
        )
    if task == "binary":
        positive = positive_of(classes)
        if positive not in known:
            raise Invalid(
                f"The model has never seen the class {positive!r}.", "Train on rows that hold both classes.", "label"
            )
        return probabilities[:, known.index(positive)]
    aligned = np.zeros((len(table), len(classes)), dtype=np.float64)
    for position, value in enumerate(classes):
        if value in known:
            aligned[:, position] = probabilities[:, known.index(value)]
    return aligned


def _plain(value: Any) -> Scalar:
    plain: Scalar = value.item() if hasattr(value, "item") else value
    return plain
