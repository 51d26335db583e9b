"""The values of a Parquet column as text, as a CSV file would have them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import polars.selectors as cs

from serin.domain.errors import Rejected
from serin.domain.printable import printable

_NOT_PLAIN = (pl.Binary, pl.Object, pl.Duration, pl.BaseExtension)
# Of types that a writer adds only these have numbers stored that are the values: a period of pandas has a count.
_STORED_AS_MEANT = ("arrow.bool8",)


def is_plain(dtype: pl.DataType, *, text: bool) -> bool:
    """Whether its values are texts, numbers or times; bytes are texts where the contract says that they are `text`.

    Older writers, and columns of JSON, have texts as bytes of which nobody says what they are.
    """
    stored = _stored(dtype)
    if isinstance(stored, pl.Binary):
        return text
    if isinstance(dtype, pl.BaseExtension) and not isinstance(stored, pl.String):
        return dtype.ext_name() in _STORED_AS_MEANT
    return not stored.is_nested() and not isinstance(stored, _NOT_PLAIN)


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """The column as text, under its own name."""
    column: pl.Expr = cs.by_name(name)
    if isinstance(dtype, pl.BaseExtension):
        column = column.ext.storage()
    if isinstance(dtype, pl.Datetime):
        # Without a zone the text has none either, and so breaks the contract's type.
        zone = "" if dtype.time_zone is None else "Z"
        # What is stored is in UTC, whatever the zone; one that is an offset would not be converted.
        moment = column if dtype.time_zone is None else column.to_physical().cast(pl.Datetime(dtype.time_unit, "UTC"))
        return moment.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.f{zone}")
    if isinstance(dtype, pl.Time):
        # A cast leaves out what is smaller than a second.
        return column.dt.strftime("%H:%M:%S%.f")
    return column.cast(pl.String)


def may_hold_nul(dtype: pl.DataType) -> bool:
    """Whether its values are texts that somebody wrote."""
    return isinstance(_stored(dtype), (pl.String, pl.Binary, pl.Categorical, pl.Enum))


def refuse_nul(name: str, text: pl.DataFrame, numbers: pl.Series, columns: Sequence[str]) -> None:
    """Raise Rejected for a NUL character, which no text has and no CSV file could give back."""
    for column in columns:
        held = text[column].str.contains("\0", literal=True)
        if held.any():
            row = numbers.filter(held.fill_null(value=False))[0]
            raise Rejected(
                f"{name}: column '{printable(column)}' has a NUL character in row {row:,}; text has none.",
                "Take it out of the text, and write the file again.",
            )


def _stored(dtype: pl.DataType) -> pl.DataType:
    if not isinstance(dtype, pl.BaseExtension):
        return dtype
    stored = dtype.ext_storage()
    return stored if isinstance(stored, pl.DataType) else stored()
