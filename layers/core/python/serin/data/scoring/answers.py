"""The answers of a part as a table: one row for each row that was asked about, in its place.

Columns: `row`, which counts from 1; what the model says, null where there is an error (`label` and `probability`; of
a multiclass model also `probability:<class>` for each; or `value`); what makes an answer a guess, names separated by
commas: `missing` and `stale`, the views without a fresh value, and `unknown`, the inputs and features with a category
that was not there in training; and of a row that has no answer `error`, `error_kind`, `remedy` and `field`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from serin.data.scoring.feature_files import Scores
from serin.domain.charter import Scalar, Task

ERROR = "error"
_OF_ERRORS = {ERROR: "message", "error_kind": "kind", "remedy": "remedy", "field": "field"}
Record = Mapping[str, Any]


def marks(numbers: pl.Series, errors: Mapping[int, Record], guesses: pl.DataFrame) -> pl.DataFrame:
    """All rows before they are scored: their numbers, what makes them guesses, and by place why some have no score."""
    table = guesses.insert_column(0, numbers.alias("row"))
    return table.with_columns(_errors(table.height, errors, column) for column in _OF_ERRORS)


def ready(table: pl.DataFrame) -> pl.Series:
    """The places of rows without an error."""
    return table[ERROR].is_null().arg_true()


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of the rows without an error, one row each, and by number why some of these have none after all."""

    scores: Scores
    failures: Mapping[int, Record]


def answers(
    table: pl.DataFrame, scored: Scored, task: Task, classes: Sequence[Scalar], threshold: float
) -> pl.DataFrame:
    """What is written of a part."""
    places, scores = ready(table), _full(table, scored.scores)
    table = _with_failures(table, {int(places[number]): record for number, record in scored.failures.items()})
    columns = {
        "regression": lambda: [_numbers("value", scores[:, 0])],
        "binary": lambda: [
            _labels((scores[:, 0] >= threshold).astype(np.intp), classes),
            _numbers("probability", scores[:, 0]),
        ],
        "multiclass": lambda: [
            _labels(np.nan_to_num(scores).argmax(axis=1), classes),
            _numbers("probability", scores.max(axis=1)),
            *(_numbers(f"probability:{name}", scores[:, place]) for place, name in enumerate(classes)),
        ],
    }[task]()
    said = pl.DataFrame(columns).with_columns(pl.when(table[ERROR].is_null()).then(pl.all()))
    return pl.concat([table.select("row"), said, table.drop("row")], how="horizontal")


def unknown_categories(features: pl.DataFrame, seen: Mapping[str, frozenset[str]]) -> pl.Series:
    """Of each row the columns whose category is not among those `seen`, separated by commas; null where all are."""
    odd = {name: pl.col(name).is_not_null() & ~pl.col(name).is_in(sorted(known)) for name, known in seen.items()}
    return names_where(features, odd)


def names_where(table: pl.DataFrame, conditions: Mapping[str, pl.Expr]) -> pl.Series:
    """Of each row the names whose condition holds, separated by commas; null where none does."""
    if not conditions or table.is_empty():
        return pl.repeat(None, table.height, dtype=pl.String, eager=True)
    named = [pl.when(holds).then(pl.lit(name)) for name, holds in conditions.items()]
    joined = pl.concat_str(named, separator=", ", ignore_nulls=True)
    return table.select(pl.when(joined != "").then(joined)).to_series()


def _full(table: pl.DataFrame, scores: Scores) -> Scores:
    """A row for each of all, which says nothing where there is an error."""
    full = np.full((table.height, scores.shape[1]), np.nan)
    full[ready(table).to_numpy()] = scores
    return full


def _with_failures(table: pl.DataFrame, failures: Mapping[int, Record]) -> pl.DataFrame:
    if not failures:
        return table
    later = [_errors(table.height, failures, column) for column in _OF_ERRORS]
    return table.with_columns(pl.coalesce(table[column.name], column).alias(column.name) for column in later)


def _errors(rows: int, errors: Mapping[int, Record], column: str) -> pl.Series:
    texts: list[str | None] = [None] * rows
    for place, record in errors.items():
        texts[place] = record.get(_OF_ERRORS[column])
    return pl.Series(column, texts, dtype=pl.String)


def _labels(places: Any, classes: Sequence[Scalar]) -> pl.Series:
    return pl.Series("label", list(classes)).gather(places)


def _numbers(name: str, values: Any) -> pl.Series:
    return pl.Series(name, np.ascontiguousarray(values))
