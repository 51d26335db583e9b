"""Trainings that their labels doom, told before anything is fitted: by value, number of rows and remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.learning.columns import Labels, Mask, TrainingColumns
from serin.learning.splits import Splits

_MORE = "Upload more history, or change training.holdout, so that rows of every class are on each side."


def check_labels(columns: TrainingColumns, task: Task, name: str, optimise: str, splits: Splits) -> None:
    """Raise Invalid for a label `name` that cannot be learnt, chosen by or judged on, as these rows are split."""
    _check_all(columns.label, name)
    columns.classes(task)
    if task == "regression":
        return
    _check_single(columns.label, name)
    _check_side(columns, splits.older, name, "that trials learn from", "truth.label")
    _check_side(columns, splits.learnable, name, "before the holdout", "training.holdout")
    _check_side(columns, splits.judging, name, "of the holdout, which judge,", "training.holdout")
    if optimise == "roc_auc":
        _check_side(columns, splits.newer, name, "that choose the best trial by roc_auc", "training.search.optimise")


def rare_class(label: Labels) -> Any | None:
    """A class that one row has, or None."""
    values, counts = np.unique(label, return_counts=True)
    return values[counts == 1][0].item() if (counts == 1).any() else None


def _check_all(label: Labels, name: str) -> None:
    values = np.unique(label)
    if len(values) == 1:
        raise Invalid(
            f"The label {name} is {values[0].item()!r} in all {len(label):,} rows: there is nothing to learn.",
            "Upload rows with other labels, or name another column as truth.label.",
            "truth.label",
        )


def _check_single(label: Labels, name: str) -> None:
    rare = rare_class(label)
    if rare is not None:
        raise Invalid(
            f"The label {name} is {rare!r} in 1 of {len(label):,} rows: nobody can learn a class from one row and be "
            "judged on it.",
            "Upload more rows of it, or have a rule of the contract set that row aside.",
            "truth.label",
        )


def _check_side(columns: TrainingColumns, rows: Mask, name: str, which: str, field: str) -> None:
    values = np.unique(columns.label[rows])
    if len(values) == 1:
        found = f"The {int(rows.sum()):,} rows {which} all have the label {name} = {values[0].item()!r}"
        raise Invalid(f"{found}, and the others have other labels.", _MORE, field)
