"""Which rows of a training set teach, which choose among trials, which judge: one rule for who fits and who judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from serin.domain.errors import Invalid
from serin.domain.experiments import HOLDOUT_PARTS, SMALL_TABLE, VALIDATION_PARTS, TrainingSet
from serin.learning.columns import LabelledRows
from serin.learning.dealing import dealt
from serin.measures.arrays import Floats, Mask

VALIDATION_SHARE = 0.15
FOLDS, REPEATS = 5, 5
_DAY = 86_400.0


@dataclass(frozen=True)
class Unordered:
    """A table without a time: chance deals its rows, and the same seed deals them the same way."""

    seed: str


Places = npt.NDArray[np.int64]
Holdout = datetime | Unordered
"""What is withheld: the rows asked from a moment on or, where there is no time, rows by chance."""


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from, and the rows that judge what learnt from them."""

    learn: Mask
    judge: Mask


@dataclass(frozen=True, eq=False)
class Validation:
    """The learnable rows in two: the older are fitted on, the newer choose the best trial and its threshold.

    Without a time no row is newer: chance chooses.
    """

    older: Mask
    newer: Mask


@dataclass(frozen=True, eq=False)
class Splits:
    """Every part of a training set's rows that something is fitted on, chosen by or judged on; one turn, or several.

    `ordered` in time are the rows of all but a table without one.
    """

    older: Mask
    newer: Mask
    turns: Sequence[Split]
    ordered: bool

    @property
    def judging(self) -> Mask:
        """The rows that judge in any turn."""
        judging: Mask = np.array([turn.judge for turn in self.turns]).max(axis=0)
        return judging


def splits_of(columns: LabelledRows, holdout: Holdout) -> Splits:
    """All of them, where there is no champion."""
    validation = validation_rows(columns, holdout)
    turns = judging_splits(columns, holdout)
    return Splits(validation.older, validation.newer, turns, isinstance(holdout, datetime))


def holdout_of(training_set: TrainingSet) -> Holdout:
    """How a training set says that its rows are divided."""
    return training_set.holdout_from or Unordered(training_set.id)


def judging_splits(columns: LabelledRows, holdout: Holdout, learnt_until: datetime | None = None) -> Sequence[Split]:
    """How a challenger is judged: by the newest rows; without a time by rows drawn at random.

    A table of fewer than `SMALL_TABLE` rows without a time is judged by all rows that chose nothing, `FOLDS` parts in
    turn, dealt anew `REPEATS` times. What an opponent as it is has learnt, up to `learnt_until`, does not judge; there
    may be few such rows, or none: a version is refitted on the holdout of its own day.
    """
    if isinstance(holdout, datetime):
        splits = [_split(columns, columns.before(holdout), ~columns.before(holdout))]
    elif len(columns.label) >= SMALL_TABLE:
        splits = [_random(columns, holdout)]
    else:
        judges = ~validation_rows(columns, holdout).newer
        splits = [
            _split(columns, parts != part, parts == part)
            for repeat in range(REPEATS)
            for parts in [dealt(columns, judges, FOLDS, f"{holdout.seed} {repeat}")]
            for part in range(FOLDS)
        ]
    if learnt_until is None:
        return splits
    unknown = columns.after(learnt_until)
    return [Split(split.learn, split.judge & unknown) for split in splits]


def learnable_rows(columns: LabelledRows, holdout: Holdout) -> Mask:
    """Those a challenger may learn from in some split."""
    learnt = [split.learn for split in judging_splits(columns, holdout)]
    learnable: Mask = np.array(learnt).max(axis=0)
    return learnable


def judging_places(splits: Sequence[Split]) -> Places:
    """The places of the rows that judge, split by split: a row is there once for each split it judges in."""
    return np.concatenate([np.flatnonzero(split.judge) for split in splits])


def inflation_of(splits: Sequence[Split]) -> float:
    """What the variance of a mean over rows is multiplied by: folds learnt from rows they share.

    Nadeau and Bengio (2003) give the mean of J splits the variance (1 / J + judging rows / learnt rows) times that of
    one; with K folds dealt R times it is 1 / R + K / (K - 1) times what rows that judge once each would say.
    """
    return 1.0 if len(splits) == 1 else 1 / REPEATS + FOLDS / (FOLDS - 1)


def validation_rows(columns: LabelledRows, holdout: Holdout) -> Validation:
    """About 15 % of the learnable rows that may judge, the newest, whole days (UTC), and those before them.

    Without a time they are drawn at random; they teach in every split, and judge in none.
    """
    if isinstance(holdout, Unordered):
        small = len(columns.label) < SMALL_TABLE
        learnable = np.ones(len(columns.label), np.bool_) if small else _random(columns, holdout).learn
        parts = dealt(columns, learnable, VALIDATION_PARTS, f"{holdout.seed} validation")
        return Validation(*columns.split(parts > 0, parts == 0))
    learnable = columns.before(holdout)
    cut = validation_from(columns.moment[learnable & columns.may_judge])
    return Validation(*columns.split(learnable & (columns.moment < cut), learnable & (columns.moment >= cut)))


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


def _random(columns: LabelledRows, holdout: Unordered) -> Split:
    parts = dealt(columns, np.ones(len(columns.label), np.bool_), HOLDOUT_PARTS, f"{holdout.seed} holdout")
    return _split(columns, parts > 0, parts == 0)


def _split(columns: LabelledRows, learn: Mask, judge: Mask) -> Split:
    return Split(*columns.split(learn, judge))
