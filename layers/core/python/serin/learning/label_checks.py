"""Trainings that their labels doom, told before anything is fitted: by value, number of rows and remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.learning.columns import TrainingColumns
from serin.learning.splits import Split, Splits
from serin.measures.arrays import Labels

_MORE = {
    True: "Upload more history, or change training.holdout, so that rows of every class are on each side.",
    False: "Upload more rows of the rarer class, about different entities.",
}
_LEARNT = {True: "before the holdout", False: "that are learnt while others judge"}
"""By whether there is a time."""


def check_labels(columns: TrainingColumns, task: Task, name: str, optimise: str, splits: Splits) -> None:
    """Raise Invalid for a label `name` that cannot be learnt, chosen by or judged on, as these rows are split."""
    _check_all(columns.label, name)
    columns.classes(task)
    if task == "regression":
        return
    _check_single(columns.label, name)
    sides = [
        (splits.older, "that trials learn from", "truth.label"),
        *((turn.learn, _LEARNT[splits.ordered], "training.holdout") for turn in splits.turns),
        (splits.judging, "of the holdout, which judge,", "training.holdout"),
    ]
    if optimise == "roc_auc":
        sides.append((splits.newer, "that choose the best trial by roc_auc", "training.search.optimise"))
    for rows, which, field in sides:
        _check_side(columns.label[rows], name, which, _MORE[splits.ordered], field)
    if not splits.ordered:
        for turn in splits.turns:
            _check_learnt(columns, turn, name)


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


def _check_side(label: Labels, name: str, which: str, remedy: str, field: str) -> None:
    values = np.unique(label)
    if len(values) == 1:
        found = f"The {len(label):,} rows {which} all have the label {name} = {values[0].item()!r}"
        raise Invalid(f"{found}, and the others have other labels.", remedy, field)


def _check_learnt(columns: TrainingColumns, turn: Split, name: str) -> None:
    """By chance no class should judge that was never learnt: its rows lie together, for they are about one entity.

    In time it may: what is new on the newest days is learnt later.
    """
    unknown = np.setdiff1d(columns.label[turn.judge], columns.label[turn.learn])
    if len(unknown):
        count = int((columns.label == unknown[0]).sum())
        raise Invalid(
            f"All {count:,} rows with the label {name} = {unknown[0].item()!r} are about so few entities that they "
            "judge together, and nothing else can be learnt from.",
            _MORE[False],
            "truth.entity",
        )
