"""Leaks are named, honest strong columns are not: on scikit-learn's tables and on flights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.domain.charter import Task
from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.suspicion import Suspect, suspects
from serin.serving.manifest import ModelColumn
from tests.real_flights import flight_delay, function, january

TABLES = ("iris", "wine", "breast_cancer", "digits", "diabetes")


@cache
def a_table(name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """A table of scikit-learn's in random order: some come sorted by their label."""
    found = getattr(datasets, f"load_{name}")(as_frame=True)
    order = np.random.default_rng(0).permutation(len(found.target))
    return found.data.iloc[order].reset_index(drop=True), found.target.to_numpy()[order]


def named(table: pd.DataFrame, label: np.ndarray, task: Task) -> tuple[Suspect, ...]:
    rows = len(label)
    kinds = tuple(
        ModelColumn(name, "numeric" if pd.api.types.is_numeric_dtype(table[name]) else "categorical") for name in table
    )
    whole = np.arange(rows)
    columns = TrainingColumns(
        table=table,
        label=label,
        moment=whole * 60.0,
        may_judge=np.ones(rows, bool),
        group=whole,
        columns=kinds,
        entity=whole,
        slices={},
    )
    return suspects(columns, task, whole < 0.6 * rows, whole >= 0.6 * rows)


def said(found: tuple[Suspect, ...]) -> list[str]:
    return [suspect.candidate.said for suspect in found]


@pytest.mark.parametrize("name", TABLES)
def test_honest_tables_have_no_suspect(name: str) -> None:
    table, label = a_table(name)
    assert named(table, label, "regression" if name == "diabetes" else "multiclass") == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [*(("iris", n) for n in range(3)), *(("wine", n) for n in range(3)), ("digits", 0), ("digits", 4)],
)
def test_no_class_of_theirs_against_the_rest_has_one(name: str, value: int) -> None:
    table, label = a_table(name)
    assert named(table, label == value, "binary") == ()


NOISE = np.random.default_rng(1).uniform(1, 5, 442)
DISGUISES: Mapping[str, Any] = {
    "copy": lambda y: {"copy": y * 0.1 + 3},
    "a + b": lambda y: {"a": 50 * NOISE, "b": y - 50 * NOISE},
    "a - b": lambda y: {"a": y + 50 * NOISE, "b": 50 * NOISE},
    "a * b": lambda y: {"a": NOISE, "b": y / NOISE},
    "a / b": lambda y: {"a": y * NOISE, "b": NOISE},
    "the number in text": lambda y: {"text": [f"score {value:.1f}" for value in y]},
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_number_in_disguise_is_named(disguise: str) -> None:
    table, label = a_table("diabetes")
    (found,) = named(table.assign(**DISGUISES[disguise](label)), label, "regression")
    assert set(found.candidate.said.split()) == set(disguise.split())
    assert found.skill > 0.999
    assert "gives the label away" in found.sentence


@pytest.mark.parametrize("values", [(0.5, 3.5), ("no", "yes")])
def test_classes_in_disguise_are_named_beside_honest_columns_that_say_nearly_as_much(values: tuple[Any, Any]) -> None:
    table, label = a_table("breast_cancer")
    leak = pd.Series([values[int(one)] for one in label])
    found = named(table.assign(leak=leak), label, "binary")
    assert said(found) == ["leak"]


STEP = np.random.default_rng(2).uniform(1, 5, 569).round(5)
PAIRS: Mapping[str, Any] = {
    "a + b": lambda y: {"a": STEP, "b": y - STEP},
    "a * b": lambda y: {"a": STEP, "b": ((1 + y) / STEP).round(5)},
    "b / a": lambda y: {"a": STEP, "b": (STEP * (1 + y)).round(5)},
}


@pytest.mark.parametrize("pair", PAIRS)
def test_classes_that_two_columns_give_away_are_named_beside_honest_columns_that_say_nearly_as_much(pair: str) -> None:
    table, label = a_table("breast_cancer")
    (found,) = named(table[["mean radius", "mean texture"]].assign(**PAIRS[pair](label)), label, "binary")
    assert set(found.candidate.said.split()) == set(pair.split())
    assert "gives the label away" in found.sentence


@cache
def flights() -> tuple[TrainingColumns, pd.DataFrame]:
    """January as the example's model learns it, and what was known of each flight afterwards."""
    model = flight_delay()
    rows = training_rows(model.charter, model.contracts, january(), function)
    keys = [name for name in rows.columns if name.startswith("__key_")]
    own = [name.removeprefix("__key_") for name in keys]
    raw = january()["flights"].unique(own)
    after = (
        rows.select(keys).rename(dict(zip(keys, own, strict=True))).join(raw, on=own, how="left", maintain_order="left")
    )
    known = pd.DataFrame({name: after[name].to_numpy().astype(float) for name in ("dep_delay", "arr_delay")})
    return read_columns(to_npz(rows, model.charter)), known


DELAYS = (["dep_delay"], ["arr_delay"], ["arr_delay", "dep_delay"])


@pytest.mark.parametrize("leaks", [[], *(pytest.param(leaks, marks=pytest.mark.slow) for leaks in DELAYS)])
def test_a_flight_s_delays_are_named_and_nothing_else(leaks: list[str]) -> None:
    columns, known = flights()
    more = tuple(ModelColumn(name, "numeric") for name in leaks)
    whole = replace(columns, table=columns.table.assign(**known[leaks]), columns=(*columns.columns, *more))
    rows = np.arange(len(columns.label))
    assert said(suspects(whole, "binary", rows < 0.85 * len(rows), rows >= 0.85 * len(rows))) == leaks


def test_nothing_is_said_of_a_handful_of_rows() -> None:
    table, label = a_table("diabetes")
    assert named(table.assign(copy=label)[:60], label[:60], "regression") == ()
