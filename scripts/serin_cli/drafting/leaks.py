"""Columns that may be known only after the question was asked: a file cannot say so, but it can make one suspicious."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from serin.data.looks.associations import comes_with
from serin.domain.charter import Task

if TYPE_CHECKING:
    from serin.learning.suspicion import Suspect

ALMOST_THE_LABEL = 0.98
THE_LABEL_IN_ORDER = 0.999
TURNS = 4


def give_away(rows: pl.DataFrame, label: str, inputs: Sequence[str], task: Task) -> tuple[dict[str, str], str | None]:
    """Input → why it all but is the label; and what is said of others that say too much of it, as a training does.

    Two columns that give it away together are both named.
    """
    # What trains takes longer to import than most commands take.
    from serin_cli.drafting.training_doubts import training_doubts

    labelled, left = rows.filter(pl.col(label).is_not_null()), list(inputs)
    reasons = {name: _SAME_ORDER for name in left if task == "regression" and _goes_with(labelled, label, name)}
    left = [name for name in left if name not in reasons]
    doubts: Sequence[Suspect] = ()
    for _ in range(TURNS):
        doubts = training_doubts(labelled, label, left, task) if left else ()
        certain = [one for one in doubts if one.others is None]
        if not certain:
            break
        reasons |= {
            name: f"{one.candidate.said} gives the label away" for one in certain for name in one.candidate.names
        }
        left = [name for name in left if name not in reasons]
    return reasons, next((one.sentence for one in doubts if one.others is not None), None)


_SAME_ORDER = "it puts the rows in the label's order"


def after_the_fact(rows: pl.DataFrame, label: str, inputs: Sequence[str]) -> dict[str, str]:
    """Input → why it may be known only afterwards; what is not named here may be so all the same."""
    labelled = rows.filter(pl.col(label).is_not_null())
    reasons: dict[str, str] = {}
    for name in inputs:
        if comes_with(rows[name], rows[label]):
            reasons[name] = f"empty in the rows without {label}"
        elif _correlation(labelled, label, name, "pearson") >= ALMOST_THE_LABEL:
            reasons[name] = f"almost the same as {label}"
    return reasons


def _goes_with(rows: pl.DataFrame, label: str, name: str) -> bool:
    return _correlation(rows, label, name, "spearman") >= THE_LABEL_IN_ORDER


def _correlation(rows: pl.DataFrame, label: str, name: str, method: str) -> float:
    """How far two numbers go together, up or down, from 0 to 1; 0 for what is no number or does not vary."""
    if not (rows.schema[name].is_numeric() and rows.schema[label].is_numeric()):
        return 0.0
    known = rows.select(label, name).drop_nulls()
    if known.height < 2 or known[name].n_unique() < 2 or known[label].n_unique() < 2:
        return 0.0
    of = (pl.col(label), pl.col(name)) if method == "pearson" else (pl.col(label).rank(), pl.col(name).rank())
    return abs(float(known.select(pl.corr(*of)).item()))
