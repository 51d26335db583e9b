"""Rows that were asked about, from texts to the values a request has; which of them have to be looked at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from serin.data.contract.read_columns import TEXT_OF, read_column
from serin.data.contract.types import POLARS_TYPES
from serin.data.features.as_of import MOMENT
from serin.data.files.table import ROW, TEXT
from serin.data.scoring.asked_files import asked_column
from serin.domain.charter import Charter, Input
from serin.domain.contracts import Column, Contract
from serin.domain.fields import CONTROL_SHAPE, MAXIMUM_CHARACTERS, YEARS

_CONTROL = rf"[{CONTROL_SHAPE}]"
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, eq=False)
class AskedRows:
    """The rows by input, as values and as they were written, their numbers, and their moments where they have any.

    `doubtful` are the places of rows that may break a rule of the request: `serin.domain.fields` has the rules, and all
    others keep them for sure. `ragged` are places of rows that have another number of values than the header.
    """

    values: pl.DataFrame
    texts: pl.DataFrame
    numbers: pl.Series
    moments: pl.Series | None
    doubtful: Sequence[int]
    ragged: frozenset[int]

    def as_sent(self, place: int) -> dict[str, Any]:
        """The row as a request would have it: a value where the text was one, else the text itself."""
        known, written = self.values.row(place, named=True), self.texts.row(place, named=True)
        return {name: _sent(value, written.get(TEXT_OF + name)) for name, value in known.items()}


def asked_rows(piece: pl.DataFrame, charter: Charter, truth: Contract | None = None) -> AskedRows:
    """The rows of a piece (`serin.data.scoring.asked_files`); an input that the file does not have is null."""
    columns = {item.name: _read(piece, asked_column(item.name, item.type, truth)) for item in charter.inputs}
    both = pl.concat(list(columns.values()), how="horizontal")
    values, texts = both.select(list(columns)), both.select(TEXT_OF + name for name in columns)
    doubts = both.select(pl.any_horizontal(_doubt(item) for item in charter.inputs)).to_series()
    ragged = piece[TEXT].is_not_null()
    return AskedRows(
        values,
        texts,
        piece[ROW],
        _moments(piece, values, charter, truth),
        (doubts & ~ragged).arg_true().to_list(),
        frozenset(ragged.arg_true().to_list()),
    )


def as_of(moments: pl.Series | None, rows: int, start: datetime) -> pl.Series:
    """The moment that is asked about for each row: its own, unless that is still to come, or `start`."""
    if moments is None:
        return pl.repeat(start, rows, dtype=_TIME, eager=True).alias(MOMENT)
    begun = pl.lit(start, _TIME)
    return moments.to_frame(MOMENT).select(pl.min_horizontal(pl.col(MOMENT), begun).fill_null(begun)).to_series()


def _read(piece: pl.DataFrame, column: Column) -> pl.DataFrame:
    text = piece[column.name] if column.name in piece.columns else pl.Series([None] * piece.height, dtype=pl.String)
    read = read_column(text, column)
    return read.with_columns(pl.col(column.name).cast(POLARS_TYPES[column.type]))


def _doubt(item: Input) -> pl.Expr:
    value, text = pl.col(item.name), pl.col(TEXT_OF + item.name)
    doubts = [value.is_null() & text.is_not_null()]
    if not item.nullable:
        doubts.append(value.is_null())
    if item.type == "string":
        doubts += [value.str.len_chars() > MAXIMUM_CHARACTERS, value.str.contains(_CONTROL)]
    if item.type == "timestamp":
        doubts.append(~value.dt.year().is_between(YEARS[0], YEARS[-1]))
    if item.type in ("integer", "number"):
        doubts += [value < item.min] if item.min is not None else []
        doubts += [value > item.max] if item.max is not None else []
    return pl.any_horizontal(doubt.fill_null(value=False) for doubt in doubts)


def _moments(piece: pl.DataFrame, values: pl.DataFrame, charter: Charter, truth: Contract | None) -> pl.Series | None:
    moment = charter.features.moment
    if moment.column in values.columns:
        column = values[moment.column]
    elif moment.column in piece.columns:
        column = _read(piece, asked_column(moment.column, "timestamp", truth))[moment.column]
    else:
        return None
    return (column - moment.before).alias(MOMENT) if column.dtype == _TIME else None


def _sent(value: Any, text: str | None) -> Any:
    if value is None:
        return text
    if isinstance(value, float) and value.is_integer() and "." not in (text or "."):
        return int(value)
    return value.isoformat() if isinstance(value, datetime) else value


def patched(values: pl.DataFrame, rows: Mapping[int, Mapping[str, Any]]) -> pl.DataFrame:
    """The values with some rows, by place, in place of what was read of them."""
    if not rows:
        return values
    places = list(rows)
    return values.with_columns(
        values[name].scatter(places, pl.Series([rows[place][name] for place in places], dtype=values.schema[name]))
        for name in values.columns
    )
