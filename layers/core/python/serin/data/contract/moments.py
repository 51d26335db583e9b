"""Times and days as programs write them: ISO 8601, with what databases and spreadsheets do differently."""

from __future__ import annotations

import polars as pl

from serin.data.contract.second_look import looked_at_again

TIMESTAMP = pl.Datetime("us", "UTC")
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})$"
# No seconds, a comma before their fraction, noughts behind the microsecond, a space before the zone, an offset of hours
# alone as PostgreSQL writes it, UTC by name as Athena does.
_OTHERS = (
    r"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?<minute>[0-9]{2}:[0-9]{2})"
    r"(?<second>:[0-5][0-9])?(?:[.,](?<fraction>[0-9]{1,6})0*)?"
    r" ?(?:[Zz]|UTC|GMT|(?<hours>[+-][0-9]{2}):?(?<minutes>[0-9]{2})?)$"
)
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]00:00(?::00(?:\.0+)?)?(?: ?(?:[Zz]|UTC|GMT|[+-]00(?::?00)?))?$"


def timestamps(text: pl.Series) -> pl.Series:
    """The moments, in UTC; null where a text is none, or does not say its zone."""
    column = pl.col(text.name)
    iso = pl.when(column.str.contains(_ISO)).then(column.str.replace(" ", "T", literal=True))
    return looked_at_again(text, text.to_frame().select(_moment(iso)).to_series(), _in_other_forms)


def _in_other_forms(text: pl.Series) -> pl.Series:
    part = text.str.extract_groups(_OTHERS).struct.unnest()
    second = pl.col("second").fill_null(":00")
    fraction = pl.col("fraction").fill_null("0")
    offset = pl.col("hours").fill_null("+00") + pl.col("minutes").fill_null("00")
    # A fraction is one of a second: without seconds there is none.
    whole = pl.col("second").is_not_null() | pl.col("fraction").is_null()
    iso = pl.concat_str("date", pl.lit("T"), "minute", second, pl.lit("."), fraction, offset)
    return part.select(_moment(pl.when(whole).then(iso))).to_series()


def _moment(iso: pl.Expr) -> pl.Expr:
    return _in_calendar(iso.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", time_zone="UTC", strict=False))


def dates(text: pl.Series) -> pl.Series:
    """The days; null where a text is none, or a moment within a day."""
    column = pl.col(text.name)
    days = text.to_frame().select(_day(pl.when(column.str.contains(_DAY)).then(column))).to_series()
    return looked_at_again(
        text, days, lambda rest: rest.to_frame().select(_day(column.str.extract(_MIDNIGHT))).to_series()
    )


def _day(text: pl.Expr) -> pl.Expr:
    return _in_calendar(text.str.to_date("%Y-%m-%d", strict=False))


def _in_calendar(moment: pl.Expr) -> pl.Expr:
    """Python's calendar has the years 1 to 9999, and a moment must be readable everywhere."""
    return pl.when(moment.dt.year().is_between(1, 9999)).then(moment)
