"""Times as a contract says they are written: in a form of its own, or without a zone in one that it names.

A time of the hour that comes twice when clocks go back is the first one; one of the hour that is left out when they go
forward is none.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from serin.data.contract.moments import TIMESTAMP, dates, timestamps
from serin.data.contract.second_look import looked_at_again
from serin.domain.contracts import Column
from serin.domain.time_forms import MONTHS, parts_of, shape_of

_LOCAL = (
    r"^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})[Tt ](?<hour>[0-9]{2}):(?<minute>[0-9]{2})"
    r"(?::(?<second>[0-9]{2}))?(?:[.,](?<fraction>[0-9]{1,6})0*)?$"
)


def agreed_times(text: pl.Series, values: pl.Series, column: Column) -> pl.Series:
    """The values that were read, and of the other texts what the column's form and zone make of them."""
    shapes = [shape_of(column.form)] if column.form else []
    if column.type == "timestamp" and column.zone:
        shapes.append(_LOCAL)
    for shape in shapes:
        if shape is not None:
            values = looked_at_again(text, values, partial(_read, shape=shape, column=column))
    return values


def _read(text: pl.Series, shape: str, column: Column) -> pl.Series:
    part = text.str.extract_groups(shape).struct.unnest()
    names = parts_of(shape)
    day = pl.concat_str("year", _month(names), pl.col("day").str.zfill(2), separator="-")
    if column.type == "date":
        return dates(part.select(day.alias(text.name)).to_series())
    second = pl.col("second").fill_null("00") if "second" in names else pl.lit("00")
    fraction = pl.col("fraction").fill_null("0") if "fraction" in names else pl.lit("0")
    clock = pl.concat_str(_hour(names), pl.col("minute"), second, separator=":") if "minute" in names else None
    # As if it were UTC, so that the calendar is checked as it is everywhere.
    written = pl.concat_str(
        day, pl.lit("T"), "00:00:00" if clock is None else clock, pl.lit("."), fraction, pl.lit("Z")
    )
    return _in_zone(timestamps(part.select(written.alias(text.name)).to_series()), column.zone)


def _in_zone(moments: pl.Series, zone: str | None) -> pl.Series:
    if zone is None:
        return pl.Series(moments.name, [None] * moments.len(), TIMESTAMP)
    local = moments.dt.replace_time_zone(None)
    return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")


def _month(names: frozenset[str]) -> pl.Expr:
    if "month" in names:
        return pl.col("month").str.zfill(2)
    numbers = {name: f"{number:02}" for number, name in enumerate(MONTHS, 1)}
    return pl.col("month_name").str.slice(0, 3).str.to_lowercase().replace_strict(numbers, default=None)


def _hour(names: frozenset[str]) -> pl.Expr:
    if "hour" in names:
        return pl.col("hour").str.zfill(2)
    hour = pl.col("half_hour").cast(pl.Int32, strict=False)
    later = pl.col("half").str.to_lowercase() == "pm"
    whole = hour % 12 + pl.when(later).then(12).otherwise(0)
    return pl.when(hour.is_between(1, 12)).then(whole.cast(pl.String).str.zfill(2))
