"""Statistics of the rows a view is built from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from serin.data.features.windows import as_number
from serin.domain.charter import View
from serin.domain.view_statistics import ValueStatistics, ViewStatistics


def statistics_of(view: View, rows: pl.DataFrame, key: Sequence[str], now: datetime) -> ViewStatistics:
    """Of rows that say something about an entity; the newest is known `now`, and a truth value counts as 1 or 0."""
    known = rows.drop_nulls(list(key) if view.event_time is None else [*key, view.event_time])
    newest: datetime | None = None
    if view.event_time is not None:
        times = [pl.col(name) <= now for name in (view.event_time, view.created_time) if name]
        newest = known.filter(times).select(pl.col(view.event_time).max()).item()
    values = {name: _of(known, name) for name in view.columns}
    return ViewStatistics(known.height, known.select(key).n_unique(), newest, values)


def _of(rows: pl.DataFrame, name: str) -> ValueStatistics:
    column = rows.select(as_number(rows, name).alias(name))[name]
    nulls = round(column.null_count() / rows.height, 6) if rows.height else 0.0
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean) or column.null_count() == rows.height:
        return ValueStatistics(nulls)
    numbers = column.cast(pl.Float64)
    least, mean, greatest = (_rounded(number) for number in (numbers.min(), numbers.mean(), numbers.max()))
    return ValueStatistics(nulls, least, mean, greatest)


def _rounded(value: object) -> float | None:
    return float(f"{value:.6g}") if isinstance(value, float) else None
