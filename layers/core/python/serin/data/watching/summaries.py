"""Rows as counts, by bucket of event time, feature and slice; and how they lie in a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from serin.data.files.parquet import from_parquet, to_parquet
from serin.data.watching.categories import added_categories, category_counts
from serin.data.watching.counts import (
    CategoryCounts,
    Counts,
    Floats,
    Integers,
    NumberCounts,
    added_numbers,
    number_counts,
)
from serin.domain.errors import Corrupt, Invalid

DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BUCKET, _SLICE, _PLACE = "__bucket", "__slice", "__place"
_STORED: dict[str, type[pl.DataType] | pl.DataType] = {
    "at": pl.Datetime("us", "UTC"),
    "feature": pl.String,
    "column": pl.String,
    "value": pl.String,
    "missing": pl.Int64,
    "width": pl.Float64,
    "minimum": pl.Float64,
    "maximum": pl.Float64,
    "cells": pl.List(pl.Float64),
    "names": pl.List(pl.String),
    "counts": pl.List(pl.Int64),
}


@dataclass(frozen=True, order=True)
class About:
    """What was counted: the bucket that begins `at`, a feature, and the rows with one value of a column, or all."""

    at: datetime
    feature: str
    column: str = ""
    value: str = ""


Summaries = dict[About, Counts]


def summarise(
    frame: pl.DataFrame, moment: str, features: Sequence[str], slices: Sequence[str] = (), every: timedelta = DAY
) -> Summaries:
    """The counts of a frame's rows; buckets are whole multiples of `every` since 1970, UTC.

    Rows without a time in the column `moment` are not counted; rows without a value of a slice's column belong to none
    of its slices. Raises Invalid for a feature that is neither number, text nor boolean.
    """
    bucket = pl.col(moment).dt.truncate(f"{round(every.total_seconds())}s").alias(_BUCKET)
    bucketed = frame.filter(pl.col(moment).is_not_null()).with_columns(bucket)
    parts = [("", *_groups(bucketed.select(_BUCKET, pl.lit("").alias(_SLICE))))]
    for name in slices:
        parts.append((name, *_groups(bucketed.select(_BUCKET, pl.col(name).cast(pl.String).alias(_SLICE)))))
    summaries: Summaries = {}
    for feature in features:
        values, places = _coded(bucketed[feature])
        for name, keys, groups in parts:
            summaries.update(_summaries(About(_EPOCH, feature, name), keys, groups, values, places))
    return summaries


def added_up(summaries: Iterable[tuple[About, Counts]], into: Callable[[datetime], datetime]) -> Summaries:
    """Buckets put together: those that `into` gives the same moment become one that begins then."""
    parts: defaultdict[About, list[Counts]] = defaultdict(list)
    for about, counts in summaries:
        parts[About(into(about.at), about.feature, about.column, about.value)].append(counts)
    return {about: added(of) for about, of in parts.items()}


def added(parts: Sequence[Counts]) -> Counts:
    """The counts of all parts' rows. Raises Invalid where a feature is a number in some and a text in others."""
    numbers = [part for part in parts if isinstance(part, NumberCounts)]
    categories = [part for part in parts if isinstance(part, CategoryCounts)]
    if numbers and categories:
        raise Invalid("A feature is a number in some rows and a text in others.", "Give it one type in the charter.")
    return added_categories(categories) if categories else added_numbers(numbers)


def window_of(length: timedelta, begin: datetime = _EPOCH) -> Callable[[datetime], datetime]:
    """When the window begins that a moment lies in; one of them begins at `begin`."""
    return lambda at: begin + (at - begin) // length * length


def stored(summaries: Summaries) -> bytes:
    """A Parquet file of them; equal summaries give equal bytes."""
    rows = [_row(about, counts) for about, counts in sorted(summaries.items(), key=lambda pair: pair[0])]
    return to_parquet(pl.DataFrame(rows, schema=_STORED, orient="row"))


def read_back(content: bytes) -> Summaries:
    """What `stored` has written. Raises Corrupt for any other file."""
    frame = from_parquet(content)
    if dict(frame.schema) != _STORED:
        raise Corrupt(f"This is no file of summaries: it has the columns {frame.columns}.", "Summarise the rows again.")
    return {About(row["at"], row["feature"], row["column"], row["value"]): _counts(row) for row in frame.to_dicts()}


def _groups(keys: pl.DataFrame) -> tuple[list[tuple[datetime, str]], Integers]:
    """The different buckets and slices, and for each row which it is in; -1 for a row without a slice."""
    different = keys.unique(maintain_order=True).filter(pl.col(_SLICE).is_not_null()).with_row_index(_PLACE)
    places = keys.join(different, on=[_BUCKET, _SLICE], how="left", maintain_order="left")[_PLACE]
    return different.select(_BUCKET, _SLICE).rows(), places.cast(pl.Int64).fill_null(-1).to_numpy()


def _coded(values: pl.Series) -> tuple[Floats | list[str], Integers]:
    """The different values, ascending, and for each row which it has; one more than the last where it has none.

    Numbers that are not finite are none; texts and booleans are texts.
    """
    if values.dtype.is_numeric():
        numbers = values.cast(pl.Float64).to_numpy()
        # -0.0 and 0.0 are one number.
        different, places = np.unique(np.where(np.isfinite(numbers), numbers + 0.0, np.nan), return_inverse=True)
        # What is no number sorts last, and all of it as one.
        count = int(np.count_nonzero(~np.isnan(different)))
        return different[:count], np.minimum(places, count).astype(np.int64)
    if values.dtype not in (pl.String, pl.Boolean, pl.Categorical, pl.Enum):
        raise Invalid(f"The feature {values.name!r} is of type {values.dtype}.", "Watch numbers, texts and booleans.")
    texts = values.cast(pl.String)
    names = texts.drop_nulls().unique().sort()
    codes = texts.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(len(names))
    return names.to_list(), codes.to_numpy()


def _summaries(
    of: About, keys: Sequence[tuple[datetime, str]], groups: Integers, values: Floats | list[str], places: Integers
) -> Iterator[tuple[About, Counts]]:
    width = len(values) + 1
    cells, counts = np.unique(groups[groups >= 0] * width + places[groups >= 0], return_counts=True)
    ends = np.searchsorted(cells, np.arange(len(keys) + 1) * width)
    for (at, value), first, last in zip(keys, ends, ends[1:], strict=False):
        there, rows = cells[first:last] % width, counts[first:last].astype(np.int64)
        missing = int(rows[-1]) if len(there) and there[-1] == width - 1 else 0
        there, rows = (there[:-1], rows[:-1]) if missing else (there, rows)
        about = About(at, of.feature, of.column, value)
        if isinstance(values, list):
            yield about, category_counts([values[place] for place in there], rows, missing)
        else:
            yield about, number_counts(values[there], rows, missing)


def _row(about: About, counts: Counts) -> tuple[object, ...]:
    key = (about.at, about.feature, about.column, about.value, counts.missing, counts.width)
    if isinstance(counts, NumberCounts):
        return (*key, counts.minimum, counts.maximum, counts.cells.tolist(), None, counts.counts.tolist())
    cells = None if counts.cells is None else counts.cells.tolist()
    # The least that a hash of the cells is; files of before have none, and no names beside cells.
    return (*key, counts.bound or None, None, cells, list(counts.names), counts.counts.tolist())


def _counts(row: Mapping[str, Any]) -> Counts:
    counts, cells, missing, width = (row[name] for name in ("counts", "cells", "missing", "width"))
    number = np.array(counts, np.int64)
    places = None if cells is None else np.array(cells, np.float64)
    if row["names"] is None:
        assert places is not None
        return NumberCounts(places, number, width, missing, row["minimum"], row["maximum"])
    return CategoryCounts(tuple(row["names"]), number, places, width, missing, row["minimum"] or 0.0)
