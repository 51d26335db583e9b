"""Fitting: a trial among learnable rows, the contest on the holdout, the refit on everything.

Rows before `holdout_from` are learnable. What a fit is judged on, it has never seen, nor anything equal to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.charter import Scalar, Task
from serin.domain.errors import Invalid
from serin.learning.columns import Floats, Mask, TrainingColumns, classes_of
from serin.learning.evaluation import metrics
from serin.learning.pipelines import Params, PipelineMaker
from serin.learning.scores import Scores, write_scores
from serin.serving.estimators import Estimator
from serin.serving.manifest import ModelColumn
from serin.serving.scoring import scores_of

VALIDATION_SHARE = 0.15
_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Champion:
    """The live model, and the newest moment it has learnt from."""

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
    """Fit on the older learnable rows; the newest 15 % of them, whole days (UTC), give the metrics."""
    learnable = columns.before(holdout_from)
    cut = validation_from(columns.moment[learnable & columns.may_judge])
    older, newer = columns.split(learnable & (columns.moment < cut), learnable & (columns.moment >= cut))
    classes = classes_of(task, columns.label)
    estimator, used = _fit(columns, task, make, params, older)
    score = _scores(estimator, task, classes, columns.table.loc[newer, _names(used)])
    return estimator, metrics(task, columns.label[newer], score, classes)


def contest(
    columns: TrainingColumns,
    task: Task,
    make: PipelineMaker,
    params: Params,
    holdout_from: datetime,
    champion: Champion | None,
) -> bytes:
    """Fit a challenger on all learnable rows and score the holdout rows that neither has learnt from.

    The bytes are `serin.learning.scores`. There may be few rows, or none: the champion was refitted
    on the holdout of its own day.
    """
    classes = classes_of(task, columns.label)
    learnable, unseen = columns.split(columns.before(holdout_from), ~columns.before(holdout_from))
    challenger, used = _fit(columns, task, make, params, learnable)
    if champion is not None:
        unseen &= columns.after(champion.learnt_until)
    table = columns.table[unseen]
    theirs = None if champion is None else _champion_scores(champion, task, classes, table)
    ours = _scores(challenger, task, classes, table[_names(used)])
    return write_scores(Scores(columns.moment[unseen], columns.label[unseen], ours, theirs, classes))


def refit(columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params) -> Fitted:
    """Fit on every row, the holdout included: what a passed gate releases."""
    everything = np.ones(len(columns.label), dtype=np.bool_)
    estimator, used = _fit(columns, task, make, params, everything)
    return Fitted(estimator, used, classes_of(task, columns.label), columns.newest())


def validation_from(moment: Floats) -> float:
    """Midnight (UTC) before the newest 15 % of ordered moments, or after, so that some rows are on each side.

    Raises Invalid when all rows are of one day.
    """
    if len(moment) and moment[0] // _DAY < moment[-1] // _DAY:
        midnight = float(moment[int(len(moment) * (1 - VALIDATION_SHARE))] // _DAY * _DAY)
        return midnight if midnight > moment[0] else midnight + _DAY
    raise Invalid(
        "The rows before the holdout are all of one day, or there are none.",
        "Upload more history, or shorten training.holdout.",
        "training.holdout",
    )


def _fit(
    columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params, rows: Mask
) -> tuple[Estimator, tuple[ModelColumn, ...]]:
    """An estimator fitted on some rows, and the columns it uses: one without a single value there says nothing."""
    table, label = columns.table[rows], columns.label[rows]
    classes_of(task, label)
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
