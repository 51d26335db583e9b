"""Real tables that packages ship, whole, as columns and a label."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from benches.shipped.catalogue import LICENCES, TABLES, Shipped, content, packages, versions
from serin.domain.charter import Task
from serin.measures.arrays import Labels
from serin.serving.manifest import ModelColumn

CHOSEN: dict[str, Task] = {
    "breast-cancer": "binary",
    "hdma": "binary",
    "mroz": "binary",
    "pima": "binary",
    "penguins": "multiclass",
    "weather-type": "multiclass",
    "wine": "multiclass",
    "boston": "regression",
    "diabetes": "regression",
    "gapminder": "regression",
    "quakes": "regression",
}
"""Of each task some, of 178 to 2,381 rows: the peer is tuned on each five times.
The default's parameters were chosen on these same tables, so what is seen on them is a little too good."""
_OTHERS = (Shipped("weather-type", "vega_datasets", "vega_datasets/_data/seattle-weather.csv", "weather"),)
_MOST_TEXTS = 100
"""Columns with more different texts are names, dates or prose, which no pipeline reads as a category."""


@dataclass(frozen=True, eq=False)
class RealTable:
    """A table as a pipeline is given it; rows without a label are left out."""

    name: str
    package: str
    task: Task
    columns: tuple[ModelColumn, ...]
    table: pd.DataFrame
    label: Labels


def real_tables() -> Iterator[RealTable]:
    """The chosen ones, in their order."""
    folder = packages()
    numbers, known = versions(folder), {table.name: table for table in (*TABLES, *_OTHERS)}
    for name, task in CHOSEN.items():
        shipped = known[name]
        frame = pd.read_csv(io.BytesIO(content(shipped, folder))).dropna(subset=[shipped.label])
        about = f"{shipped.package} {numbers[shipped.package]} ({LICENCES[shipped.package]})"
        yield _table(name, about, task, frame.reset_index(drop=True), shipped.label)


def _table(name: str, package: str, task: Task, frame: pd.DataFrame, label: str) -> RealTable:
    kept = {str(column): _values(frame[column]) for column in frame if column != label and _says(frame[column])}
    columns = tuple(
        ModelColumn(column, "categorical" if values.dtype == object else "numeric") for column, values in kept.items()
    )
    values = frame[label]
    labels: Labels = (values.astype(str) if task != "regression" else values.astype(np.float64)).to_numpy()
    return RealTable(name, package, task, columns, pd.DataFrame(kept), labels)


def _says(values: pd.Series[Any]) -> bool:
    """Whether a column may say something: it does not number the rows, and is no text that is another in most."""
    if is_numeric_dtype(values):
        numbers_rows = values.is_unique and values.notna().all() and values.max() - values.min() == len(values) - 1
        return not numbers_rows
    return 1 < values.nunique() <= _MOST_TEXTS


def _values(values: pd.Series[Any]) -> pd.Series[Any]:
    """As `serin.serving.table` has them: float64, or str; NaN is null."""
    if is_numeric_dtype(values):
        return values.astype(np.float64)
    return (
        values.map(lambda value: value if pd.isna(value) else str(value)).astype(object).where(values.notna(), np.nan)
    )
