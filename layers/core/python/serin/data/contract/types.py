"""From text to the contract's types, refusing what would lose something on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from serin.domain.contracts import ColumnType

TIMESTAMP = pl.Datetime("us", "UTC")
POLARS_TYPES: Mapping[ColumnType, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "timestamp": TIMESTAMP,
    "date": pl.Date(),
}
_TIMESTAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_EXACT = 2.0**53


def typed(text: pl.Expr, type: ColumnType) -> pl.Expr:
    """The text as a value of that type; null where it is none.

    Integers have 64 bits. Numbers are finite, and an integer among them is one a 64-bit float
    holds exactly. Timestamps are ISO 8601 with an offset, no finer than a microsecond.
    """
    return _READERS[type](text)


def _integer(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Int64, strict=False)


def _number(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    integer = text.cast(pl.Int128, strict=False)
    exact = (number.abs() < _EXACT) | integer.is_null() | (integer == number.cast(pl.Int128, strict=False))
    return pl.when(number.is_finite() & exact).then(number)


def _boolean(text: pl.Expr) -> pl.Expr:
    lower = text.str.to_lowercase()
    return pl.when(lower.is_in(["true", "false"])).then(lower == "true")


def _by_distinct(read: Callable[[pl.Expr], pl.Expr], dtype: pl.DataType) -> Callable[[pl.Expr], pl.Expr]:
    """Read each distinct text once: a moment takes twenty times as long to read as to be found again."""

    def once(text: pl.Series) -> pl.Series:
        known = text.unique().drop_nulls()
        if 2 * known.len() > text.len():
            return text.to_frame().select(read(pl.col(text.name))).to_series()
        values = known.to_frame().select(read(pl.col(text.name))).to_series()
        return values.gather(text.cast(pl.Enum(known)).to_physical())

    return lambda text: text.map_batches(once, return_dtype=dtype, is_elementwise=True)


def _timestamp(text: pl.Expr) -> pl.Expr:
    iso = pl.when(text.str.contains(_TIMESTAMP)).then(text.str.replace(" ", "T", literal=True))
    return _in_calendar(iso.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", time_zone="UTC", strict=False))


def _date(text: pl.Expr) -> pl.Expr:
    return _in_calendar(pl.when(text.str.contains(_DATE)).then(text).str.to_date("%Y-%m-%d", strict=False))


def _in_calendar(moment: pl.Expr) -> pl.Expr:
    """Python's calendar has the years 1 to 9999, and a moment must be readable everywhere."""
    return pl.when(moment.dt.year().is_between(1, 9999)).then(moment)


_READERS: Mapping[ColumnType, Callable[[pl.Expr], pl.Expr]] = {
    "string": lambda text: text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _by_distinct(_timestamp, TIMESTAMP),
    "date": _by_distinct(_date, pl.Date()),
}
