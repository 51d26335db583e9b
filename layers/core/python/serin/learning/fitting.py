"""Fitting: a trial among learnable rows, the contest on the holdout, the refit on everything.

Which rows those are says `serin.learning.splits`. What a fit is judged on, it has never seen, nor anything equal to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from serin.domain.charter import Scalar, Task
from serin.domain.errors import Invalid
from serin.learning.columns import LabelledRows, TrainingColumns
from serin.learning.evaluation import metrics
from serin.learning.own_estimators import fit_own, scores_of_own
from serin.learning.pipelines import Params, PipelineMaker
from serin.learning.scores import Scores, Validated
from serin.learning.splits import Holdout, Split, judging_places, judging_splits, validation_rows
from serin.measures.arrays import Floats, Mask
from serin.serving.estimators import Estimator
from serin.serving.manifest import ModelColumn


@dataclass(frozen=True, eq=False)
class Champion:
    """The live version's model, and the newest moment it has learnt from."""

    version: int
    estimator: Estimator
    learnt_until: datetime


@dataclass(frozen=True, eq=False)
class Recipe:
    """How the live version was made: fitted again beside the challenger, on the same rows."""

    version: int
    make: PipelineMaker
    params: Params
    columns: tuple[ModelColumn, ...]


Opponent = Champion | Recipe
Judged = Callable[[Split], Floats]
"""What a model, fitted on what a split lets it learn from or as it is, says of the rows that judge there."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted estimator: its columns, its label's values, and the newest moment it has learnt from."""

    estimator: Estimator
    columns: tuple[ModelColumn, ...]
    classes: tuple[Scalar, ...]
    learnt_until: datetime


@dataclass(frozen=True, eq=False)
class Tried:
    """A trial's fit, and what it says of the validation rows."""

    fitted: Fitted
    scored: Validated
    metrics: Mapping[str, float]


def run_trial(
    columns: TrainingColumns,
    task: Task,
    make: PipelineMaker,
    params: Params,
    holdout: Holdout,
    days: int | None = None,
) -> Tried:
    """Fit on the older learnable rows, or the newest `days` of them; the newer ones (`validation_rows`) are scored."""
    rows = validation_rows(columns, holdout)
    older = rows.older if days is None else rows.older & columns.newest_days(rows.older, days)
    classes = columns.classes(task)
    estimator, used = fit_on(columns, task, make, params, older)
    score = score_rows(estimator, task, classes, columns.table.loc[rows.newer, _names(used)])
    learnt = datetime.fromtimestamp(float(columns.moment[older][-1]), UTC)
    shown = metrics(task, columns.label[rows.newer], score, classes)
    return Tried(Fitted(estimator, used, classes, learnt), Validated(np.flatnonzero(rows.newer), score), shown)


def contest(
    columns: TrainingColumns,
    task: Task,
    make: PipelineMaker,
    params: Params,
    holdout: Holdout,
    opponent: Opponent | None,
    *,
    decides: bool = False,
    validated: Validated | None = None,
) -> Scores:
    """Fit a challenger on what each split lets it learn from, and score the rows that judge (`judging_splits`).

    A champion scores them as it is, where it has not learnt them; a recipe is fitted on the challenger's rows.

    Where it `decides`, because decisions have a value, the validation rows are scored too, by the same recipe fitted on
    older rows: they choose the threshold. A trial of all days has `validated` them already; else it is done here.
    """
    classes = columns.classes(task)

    def challenger(split: Split) -> Floats:
        return _fit_and_score(columns, task, make, params, split, classes)

    def champion(opponent: Opponent, split: Split) -> Floats:
        return _opponents_scores(columns, task, opponent, split, classes)

    return contest_scores(columns, task, holdout, opponent, challenger, champion, decides=decides, validated=validated)


def contest_scores(
    columns: LabelledRows,
    task: Task,
    holdout: Holdout,
    opponent: Opponent | None,
    challenger: Judged,
    champion: Callable[[Opponent, Split], Floats],
    *,
    decides: bool,
    validated: Validated | None = None,
) -> Scores:
    """The scores of a contest, wherever the rows' features are: challenger and champion are asked split by split.

    Where it `decides` and nobody has `validated` the challenger's recipe, it is asked about the validation rows too.
    """
    splits = judging_splits(columns, holdout, opponent.learnt_until if isinstance(opponent, Champion) else None)
    asked = [(challenger(split), None if opponent is None else champion(opponent, split)) for split in splits]
    theirs = [scores for _, scores in asked if scores is not None]
    rows = judging_places(splits)
    return Scores(
        rows=rows,
        moment=columns.moment[rows],
        label=columns.label[rows],
        challenger=np.concatenate([scores for scores, _ in asked]),
        classes=columns.classes(task),
        champion=np.concatenate(theirs) if theirs else None,
        champion_version=None if opponent is None else opponent.version,
        validation=(validated or _validated(columns, holdout, challenger)) if decides else None,
    )


def _fit_and_score(
    columns: TrainingColumns,
    task: Task,
    make: PipelineMaker,
    params: Params,
    split: Split,
    classes: tuple[Scalar, ...],
    among: tuple[ModelColumn, ...] | None = None,
) -> Floats:
    estimator, used = fit_on(columns, task, make, params, split.learn, among)
    return score_rows(estimator, task, classes, columns.table.loc[split.judge, _names(used)])


def _validated(columns: LabelledRows, holdout: Holdout, challenger: Judged) -> Validated:
    rows = validation_rows(columns, holdout)
    return Validated(np.flatnonzero(rows.newer), challenger(Split(rows.older, rows.newer)))


def refit(columns: TrainingColumns, task: Task, make: PipelineMaker, params: Params) -> Fitted:
    """Fit on every row, the holdout included: what a passed gate releases."""
    everything = np.ones(len(columns.label), dtype=np.bool_)
    estimator, used = fit_on(columns, task, make, params, everything)
    return Fitted(estimator, used, columns.classes(task), columns.newest())


def fit_on(
    columns: TrainingColumns,
    task: Task,
    make: PipelineMaker,
    params: Params,
    rows: Mask,
    among: tuple[ModelColumn, ...] | None = None,
) -> tuple[Estimator, tuple[ModelColumn, ...]]:
    """An estimator fitted on some rows, and the columns it uses: one without a single value there says nothing.

    Raises Invalid for rows of one class, for rows without any value, and for what an estimator raises.
    """
    table, label = columns.table[rows], columns.label[rows]
    columns.classes(task, rows)
    used = tuple(column for column in among or columns.columns if table[column.name].notna().any())
    if not used:
        raise Invalid("No feature has a value.", "Upload the data the features are made of.", "features.model_uses")
    estimator = make(used, params)
    fit_own(estimator, table[_names(used)], label)
    return estimator, used


def _names(columns: tuple[ModelColumn, ...]) -> list[str]:
    return [column.name for column in columns]


def _opponents_scores(
    columns: TrainingColumns, task: Task, opponent: Opponent, split: Split, classes: tuple[Scalar, ...]
) -> Floats:
    if isinstance(opponent, Recipe):
        theirs = opponent.make, opponent.params, split, classes, opponent.columns
        return of_opponent(opponent, lambda: _fit_and_score(columns, task, *theirs))
    table = columns.table[split.judge]
    table = table[learnt_names(opponent.version, opponent.estimator, table)]
    return of_opponent(opponent, lambda: score_rows(opponent.estimator, task, classes, table))


def of_opponent(opponent: Opponent, scores: Callable[[], Floats]) -> Floats:
    """What the opponent says of the rows that judge; Invalid, with a way on, for one made for another question."""
    try:
        return scores()
    except Invalid as error:
        raise Invalid(
            f"Version {opponent.version} is live and cannot be compared with: {error.message}",
            "If label or task are others now, take it out of the comparison and train again: "
            f"./scripts/serin models withdraw MODEL --version {opponent.version} --why TEXT",
            error.field,
        ) from error


def learnt_names(version: int, estimator: Estimator, table: pd.DataFrame) -> list[str]:
    """The columns a version was fitted with; Invalid where the table has not all of them."""
    # scikit-learn remembers the names it was fitted with; what does not is asked with all columns.
    names = [str(name) for name in getattr(estimator, "feature_names_in_", table.columns)]
    if missing := [name for name in names if name not in table.columns]:
        raise Invalid(
            f"Version {version} uses {missing[0]}, which this training set does not have.",
            "Start the training again: another version went live since its training set was made.",
            "features.model_uses",
        )
    return names


def score_rows(estimator: Estimator, task: Task, classes: tuple[Scalar, ...], table: pd.DataFrame) -> Floats:
    """What the estimator says of each row of a table, as `serin.serving.scoring` has it; of no rows nothing."""
    if len(table) == 0:
        return np.zeros((0, len(classes)) if task == "multiclass" else 0, dtype=np.float64)
    return scores_of_own(estimator, task, classes, table)
