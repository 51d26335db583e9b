"""From text to the contract's types, refusing what would lose something on the way.

Writers differ in how they write one value. Each type has the form that most files have, which is read in one go; only
the texts that do not have it are looked at again, for the other forms of the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from serin.data.contract.moments import TIMESTAMP, dates, timestamps
from serin.data.contract.second_look import looked_at_again
from serin.domain.contracts import ColumnType

POLARS_TYPES: Mapping[ColumnType, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "timestamp": TIMESTAMP,
    "date": pl.Date(),
}
# As a float or a decimal writes a whole number, such as pandas where a column has nulls.
_WHOLE = r"^([+-]?[0-9]+)\.0*$"
_DIGITS = r"^[+-]?[0-9]+$"
_EXACT = 2**53
# PostgreSQL writes a letter, spreadsheets and older databases a number, in any case of letters.
_BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "t", "1", "1.0"), True),
    **dict.fromkeys(("false", "f", "0", "0.0"), False),
}


def typed(text: pl.Expr, type: ColumnType) -> pl.Expr:
    """The text as a value of that type; null where it is none.

    Integers have 64 bits, or 53 where they are written with a fraction of noughts, for a float had them. Numbers are
    finite, and an integer among them is one a 64-bit float holds exactly. Timestamps are ISO 8601 with an offset, no
    finer than a microsecond; a date may be written as its midnight. Booleans are true and false, t and f, 1 and 0.
    """
    if type == "string":
        return text
    return text.map_batches(_READERS[type], return_dtype=POLARS_TYPES[type])


def _integers(text: pl.Series) -> pl.Series:
    return looked_at_again(text, text.cast(pl.Int64, strict=False), _whole)


def _whole(text: pl.Series) -> pl.Series:
    value = text.str.extract(_WHOLE).cast(pl.Int64, strict=False)
    return value.set((value.abs() > _EXACT).fill_null(value=False), None)


def _numbers(text: pl.Series) -> pl.Series:
    number = text.cast(pl.Float64, strict=False)
    if number.is_finite().all() and not (number.abs() >= _EXACT).any():
        return number
    value, integer = pl.col("number"), pl.col("integer")
    exact = (value.abs() < _EXACT) | integer.is_null() | (integer == value.cast(pl.Int128, strict=False))
    digits = text.str.replace(r"\.0*$", "")
    whole = digits.cast(pl.Int128, strict=False)
    frame = pl.DataFrame({"number": number, "integer": whole})
    read = frame.select(pl.when(value.is_finite() & exact).then(value).alias(text.name)).to_series()
    longer = whole.is_null() & read.is_not_null() & digits.str.contains(_DIGITS)
    return read.scatter(at, list(map(_held, digits.gather(at)))) if (at := longer.arg_true()).len() else read


def _held(digits: str) -> float | None:
    """An integer of more than 128 bits as a float, where that holds it."""
    number = float(digits)
    # Without its noughts it has no more digits than the largest float.
    return number if abs(int(number)) == int(digits.lstrip("+-0")) else None


def _booleans(text: pl.Series) -> pl.Series:
    return text.str.to_lowercase().replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)


def _by_distinct(read: Callable[[pl.Series], pl.Series]) -> Callable[[pl.Series], pl.Series]:
    """Read each distinct text once: a moment takes twenty times as long to read as to be found again."""

    def once(text: pl.Series) -> pl.Series:
        known = text.unique().drop_nulls()
        if 2 * known.len() > text.len():
            return read(text)
        return read(known).gather(text.cast(pl.Enum(known)).to_physical())

    return once


_READERS: Mapping[ColumnType, Callable[[pl.Series], pl.Series]] = {
    "integer": _integers,
    "number": _numbers,
    "boolean": _booleans,
    "timestamp": _by_distinct(timestamps),
    "date": _by_distinct(dates),
}
