"""Rows of a training set by their moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from serin.learning.columns import TrainingColumns
from serin.measures.arrays import Mask

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def between(columns: TrainingColumns, begin: datetime, end: datetime) -> Mask:
    """The rows asked from `begin` on and before `end`."""
    held: Mask = np.zeros(len(columns.moment), np.bool_)
    held[slice(*np.searchsorted(columns.moment, (begin.timestamp(), end.timestamp())))] = True
    return held


def before(columns: TrainingColumns, end: datetime) -> TrainingColumns:
    """What a training set held whose newest row was asked before `end`."""
    return first(columns, int(np.searchsorted(columns.moment, end.timestamp())))


def first(columns: TrainingColumns, rows: int) -> TrainingColumns:
    """The oldest rows, so many."""
    return replace(
        columns,
        table=columns.table[:rows],
        label=columns.label[:rows],
        moment=columns.moment[:rows],
        may_judge=columns.may_judge[:rows],
        group=columns.group[:rows],
        entity=columns.entity[:rows],
        slices={name: values[:rows] for name, values in columns.slices.items()},
    )
