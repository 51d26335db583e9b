"""What a training would say of a file's columns that say too much of the label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl

from serin.domain.charter import Task
from serin.learning.columns import TrainingColumns
from serin.learning.suspicion import Suspect, suspects
from serin.serving.manifest import ModelColumn

HELD = 3


def training_doubts(rows: pl.DataFrame, label: str, inputs: Sequence[str], task: Task) -> Sequence[Suspect]:
    """What a training of these rows would warn of; every third row is held back."""
    places = np.arange(rows.height)
    held = places % HELD == HELD - 1
    return suspects(_training_columns(rows, label, inputs, places), task, ~held, held)


def _training_columns(
    rows: pl.DataFrame, label: str, inputs: Sequence[str], places: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> TrainingColumns:
    table, columns = {}, []
    for name in inputs:
        values = rows[name]
        if values.dtype == pl.String:
            columns.append(ModelColumn(name, "categorical", tuple(values.drop_nulls().unique().sort().to_list())))
            table[name] = pd.Series([np.nan if text is None else text for text in values], dtype=object)
        else:
            columns.append(ModelColumn(name, "numeric"))
            table[name] = pd.Series(values.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    return TrainingColumns(
        table=pd.DataFrame(table, index=pd.RangeIndex(rows.height)),
        label=np.asarray(rows[label].to_list()),
        moment=places.astype(np.float64),
        may_judge=np.ones(rows.height, dtype=np.bool_),
        group=places,
        columns=tuple(columns),
        entity=places,
        slices={},
    )
