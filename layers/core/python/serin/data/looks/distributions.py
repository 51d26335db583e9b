"""How a column's values are distributed: numbers, times of the calendar, the most frequent values."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from serin.domain.profiles import Counted, Histogram, Numbers, Period, Times

BINS = 20
FEW = 20
TOP = 8
EXAMPLES = 3
LONGEST = 40
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# Outliers would squeeze all other values into one bin; they are counted beside it.
_MIDDLE = (0.005, 0.995)
# Each as far as it makes no more than some 120 bars.
_SHORT: tuple[tuple[Period, str, int], ...] = (("hour", "1h", 5), ("day", "1d", 120), ("month", "1mo", 3_660))
_LONG: tuple[tuple[Period, int], ...] = (("year", 1), ("decade", 10), ("century", 100))
_MOST_PERIODS = 120


def numbers_of(column: pl.Series) -> Numbers | None:
    """Of a numeric column; None where it has no value."""
    values = column.drop_nulls()
    if not values.len():
        return None
    low, high = _number(values.min()), _number(values.max())
    quantiles = {f"{share:g}": _short(_number(values.quantile(share, "nearest"))) for share in QUANTILES}
    return Numbers(low, high, _finite(values.mean()), _finite(values.std()), quantiles, _histogram(values))


def times_of(column: pl.Series) -> Times | None:
    """Of a column of dates or moments; None where it has no value."""
    values = column.drop_nulls()
    if not values.len():
        return None
    moments = values.cast(pl.Datetime("us")) if values.dtype == pl.Date else values
    first, last = moments.min(), moments.max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    days = (last - first).days
    short = next(((unit, every) for unit, every, most in _SHORT if days < most), None)
    unit, periods = _years(moments) if short is None else (short[0], _periods(moments, *short))
    return Times(text_of(values.min()), text_of(values.max()), unit, tuple(periods))


def _periods(moments: pl.Series, unit: Period, every: str) -> list[Counted]:
    begun = moments.dt.truncate(every)
    counts = dict(begun.value_counts().iter_rows())
    column = pl.col(begun.name)
    there = begun.to_frame().select(pl.datetime_range(column.min(), column.max(), every)).to_series().to_list()
    length = {"hour": 13, "day": 10}.get(unit, 7)
    return [Counted(moment.isoformat()[:length], counts.get(moment, 0)) for moment in there]


def _years(moments: pl.Series) -> tuple[Period, list[Counted]]:
    years = moments.dt.year().cast(pl.Int64)
    first, last = int(_number(years.min())), int(_number(years.max()))
    unit, step = next(((unit, step) for unit, step in _LONG if (last - first) // step < _MOST_PERIODS), _LONG[-1])
    counts = dict((years // step * step).value_counts().iter_rows())
    there = range(first // step * step, last + 1, step)
    return unit, [Counted(f"{year:04d}", counts.get(year, 0)) for year in there]


def top_of(column: pl.Series) -> tuple[Counted, ...]:
    """The most frequent values; of an integer with few values all of them, in their order; of other numbers none."""
    counts = column.drop_nulls().value_counts().sort(["count", column.name], descending=[True, False])
    if column.dtype.is_integer() and counts.height <= FEW:
        counts = counts.sort(column.name)
    elif column.dtype.is_numeric():
        return ()
    else:
        counts = counts.head(TOP)
    return tuple(Counted(text_of(value), rows) for value, rows in counts.iter_rows())


def examples_of(column: pl.Series) -> tuple[str, ...]:
    """A few different values, from the beginning, the middle and the end of the table."""
    values = column.drop_nulls()
    places = sorted({place * (values.len() - 1) // max(1, EXAMPLES - 1) for place in range(EXAMPLES)})
    examples = [text_of(values[place]) for place in places] if values.len() else []
    return tuple(dict.fromkeys(examples))


def text_of(value: Any) -> str:
    """A value as a person reads it, on one line and short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _histogram(values: pl.Series) -> Histogram | None:
    edges = _edges(values)
    if len(set(edges)) < 3:
        return None
    array = values.cast(pl.Float64).to_numpy()
    counts, _ = np.histogram(array, edges)
    below, above = int((array < edges[0]).sum()), int((array > edges[-1]).sum())
    return Histogram(tuple(edges), tuple(int(count) for count in counts), below, above)


def _edges(values: pl.Series) -> list[float]:
    """Equally far apart; between integers, so that no bin has one more of them than its neighbour."""
    low, high = (_number(values.quantile(share, "nearest")) for share in _MIDDLE)
    if low == high:
        low, high = _number(values.min()), _number(values.max())
    if values.dtype.is_integer():
        span = int(high - low + 1)
        width = 1 if span <= 2 * BINS else -(-span // BINS)
        bins = -(-span // width)
        return [low - 0.5 + place * width for place in range(bins + 1)]
    return sorted({_short(low + (high - low) * place / BINS) for place in range(BINS + 1)})


def _number(value: Any) -> float:
    return float(value)


def _finite(value: Any) -> float | None:
    """None of one value, which has no deviation, and of values whose sum is too great for a number."""
    return _short(value) if value is not None and math.isfinite(value) else None


def _short(number: float) -> float:
    """Six digits are what a person reads."""
    return float(f"{number:.6g}")
