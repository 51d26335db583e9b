"""Fitting: a trial among learnable rows, the contest on the holdout, the refit on everything.

Which rows those are says `serin.learning.splits`. What a fit is judged on, it has never seen, nor anything equal to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.charter import Scalar, Task
from serin.domain.errors import Invalid
from serin.learning.columns import Floats, Mask, TrainingColumns
from serin.learning.evaluation import metrics
from serin.learning.pipelines import Params, PipelineMaker
from serin.learning.scores import Scores, Validated
from serin.learning.splits import judging_rows, learnable_rows, validation_rows
from serin.serving.estimators import Estimator
from serin.serving.manifest import ModelColumn
from serin.serving.scoring import scores_of


@dataclass(frozen=True, eq=False)
class Champion:
    """The live version's model, and the newest moment it has learnt from."""

    version: int
    estimator: Estimator
    learnt_until: datetime


@dataclass(frozen=True, eq=False)
class Fitted:
    """An estimator fitted on every row: its columns, its label's values, and the newest moment it has learnt from."""

    estimator: Estimator
    columns: tuple[ModelColumn, ...]
    classes: tuple[Scalar, ...]
    learnt_until: datetime


def run_trial(
    columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params, holdout_from: datetime
) -> tuple[Estimator, dict[str, float]]:
    """Fit on the older learnable rows; the newer ones (`validation_rows`) give the metrics."""
    rows = validation_rows(columns, holdout_from)
    classes = columns.classes(task)
    estimator, used = _fit(columns, task, make, params, rows.older)
    score = _scores(estimator, task, classes, columns.table.loc[rows.newer, _names(used)])
    return estimator, metrics(task, columns.label[rows.newer], score, classes)


def contest(
    columns: TrainingColumns,
    task: Task,
    make: PipelineMaker,
    params: Params,
    holdout_from: datetime,
    champion: Champion | None,
    *,
    decides: bool = False,
) -> Scores:
    """Fit a challenger on all learnable rows and score the rows that judge (`judging_rows`).

    Where it `decides`, because decisions have a value, the validation rows are scored too, by the same recipe fitted on
    older rows: they choose the threshold.
    """
    classes = columns.classes(task)
    challenger, used = _fit(columns, task, make, params, learnable_rows(columns, holdout_from))
    unseen = judging_rows(columns, holdout_from, champion.learnt_until if champion else None)
    table = columns.table[unseen]
    return Scores(
        rows=np.flatnonzero(unseen),
        moment=columns.moment[unseen],
        label=columns.label[unseen],
        challenger=_scores(challenger, task, classes, table[_names(used)]),
        classes=classes,
        champion=None if champion is None else _champion_scores(champion, task, classes, table),
        champion_version=None if champion is None else champion.version,
        validation=_validated(columns, task, make, params, holdout_from) if decides else None,
    )


def _validated(
    columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params, holdout_from: datetime
) -> Validated:
    rows = validation_rows(columns, holdout_from)
    estimator, used = _fit(columns, task, make, params, rows.older)
    table = columns.table.loc[rows.newer, _names(used)]
    return Validated(np.flatnonzero(rows.newer), _scores(estimator, task, columns.classes(task), table))


def refit(columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params) -> Fitted:
    """Fit on every row, the holdout included: what a passed gate releases."""
    everything = np.ones(len(columns.label), dtype=np.bool_)
    estimator, used = _fit(columns, task, make, params, everything)
    return Fitted(estimator, used, columns.classes(task), columns.newest())


def _fit(
    columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params, rows: Mask
) -> tuple[Estimator, tuple[ModelColumn, ...]]:
    """An estimator fitted on some rows, and the columns it uses: one without a single value there says nothing."""
    table, label = columns.table[rows], columns.label[rows]
    columns.classes(task, rows)
    used = tuple(column for column in columns.columns if table[column.name].notna().any())
    if not used:
        raise Invalid("No feature has a value.", "Upload the data the features are made of.", "features.model_uses")
    estimator = make(used, params)
    # Trials run beside each other: with more threads than cores, OpenMP's threads spin on its barriers and a fit takes
    # 70 times as long. One thread also adds up in one order, so the same rows give the same model everywhere.
    with threadpool_limits(limits=1):
        estimator.fit(table[_names(used)], label)
    return estimator, used


def _names(columns: tuple[ModelColumn, ...]) -> list[str]:
    return [column.name for column in columns]


def _champion_scores(champion: Champion, task: Task, classes: tuple[Scalar, ...], table: pd.DataFrame) -> Floats:
    # scikit-learn remembers the names it was fitted with; what does not is asked with all columns.
    names = [str(name) for name in getattr(champion.estimator, "feature_names_in_", table.columns)]
    if missing := [name for name in names if name not in table.columns]:
        raise Invalid(
            f"The champion uses {missing[0]}, which this training set does not have.",
            "Keep the feature in features.model_uses until a model without it is live.",
            "features.model_uses",
        )
    return _scores(champion.estimator, task, classes, table[names])


def _scores(estimator: Estimator, task: Task, classes: tuple[Scalar, ...], table: pd.DataFrame) -> Floats:
    if len(table) == 0:
        return np.zeros((0, len(classes)) if task == "multiclass" else 0, dtype=np.float64)
    with threadpool_limits(limits=1):
        return scores_of(estimator, task, classes, table)
