"""Which rows of a training set teach, which choose among trials, which judge: one rule for who fits and who judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from serin.domain.errors import Invalid
from serin.learning.columns import Floats, Mask, TrainingColumns

VALIDATION_SHARE = 0.15
_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Validation:
    """The learnable rows in two: the older are fitted on, the newer choose the best trial and its threshold."""

    older: Mask
    newer: Mask


@dataclass(frozen=True, eq=False)
class Splits:
    """Every part of a training set's rows that something is fitted on, chosen by or judged on."""

    older: Mask
    newer: Mask
    learnable: Mask
    judging: Mask


def splits_of(columns: TrainingColumns, holdout_from: datetime) -> Splits:
    """All of them, where there is no champion."""
    validation = validation_rows(columns, holdout_from)
    judging = judging_rows(columns, holdout_from, None)
    return Splits(validation.older, validation.newer, learnable_rows(columns, holdout_from), judging)


def learnable_rows(columns: TrainingColumns, holdout_from: datetime) -> Mask:
    """Those a challenger may learn from: asked before the holdout, and nothing equal to what judges."""
    learnable, _ = columns.split(columns.before(holdout_from), ~columns.before(holdout_from))
    return learnable


def judging_rows(columns: TrainingColumns, holdout_from: datetime, learnt_until: datetime | None) -> Mask:
    """Those withheld from the challenger, and newer than all the champion has learnt from, if there is one.

    There may be few, or none: a champion is refitted on the holdout of its own day.
    """
    _, withheld = columns.split(columns.before(holdout_from), ~columns.before(holdout_from))
    return withheld if learnt_until is None else withheld & columns.after(learnt_until)


def validation_rows(columns: TrainingColumns, holdout_from: datetime) -> Validation:
    """The newest 15 % of the learnable rows that may judge, whole days (UTC), and those before them."""
    learnable = columns.before(holdout_from)
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
