"""Columns of which nothing can be learnt, told before anything is fitted."""

from __future__ import annotations

from serin.domain.errors import Invalid
from serin.learning.columns import TrainingColumns
from serin.measures.arrays import Mask


def valueless(columns: TrainingColumns, rows: Mask) -> tuple[str, ...]:
    """A warning for each column that has no value in the rows trials learn from, which leave it out.

    Raises Invalid where no column has one.
    """
    table = columns.table[rows]
    empty = [column.name for column in columns.columns if not table[column.name].notna().any()]
    if len(empty) == len(columns.columns):
        raise Invalid(
            "No feature has a value in the rows that trials learn from.",
            "Upload the data the features are made of, from before those rows.",
            "features.model_uses",
        )
    return tuple(
        f"{name} has no value in any of the rows that trials learn from, so nothing is learnt of it. "
        "Upload its data, or take it out of features.model_uses."
        for name in empty
    )
