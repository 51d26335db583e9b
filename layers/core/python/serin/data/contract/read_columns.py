"""A column of a file as its contract means it: the text that was written, and the value it stands for."""

from __future__ import annotations

import polars as pl

from serin.data.contract.agreed_times import agreed_times
from serin.data.contract.types import typed
from serin.data.files.null_words import WORDS
from serin.domain.contracts import Column

TEXT_OF = "text:"


def read_column(text: pl.Series, column: Column) -> pl.DataFrame:
    """The texts as `text:<name>` and their values as `<name>`; both are null where there is no value.

    There is none where the contract lists the word as missing, and in a column of another type than text where the
    word is one that files write for null, in quotes or not: it can be nothing else there.
    """
    text = text.alias(TEXT_OF + column.name)
    values = values_of(text, column).alias(column.name)
    none = pl.Series([False])
    if column.type != "string" and values.null_count() > text.null_count():
        none = values.is_null() & text.is_in(WORDS)
    if column.missing:
        words = pl.Series(text.name, column.missing, dtype=pl.String)
        # -999 and -999.0 are one number.
        none = none | text.is_in(words.implode()) | values.is_in(values_of(words, column).drop_nulls().implode())
    if none.any():
        text, values = (one.set(none.fill_null(value=False), None) for one in (text, values))
    return pl.DataFrame([text, values])


def values_of(text: pl.Series, column: Column) -> pl.Series:
    """What texts mean that are written as the contract agrees for the column; null where one means nothing."""
    values = text.to_frame().select(typed(pl.col(text.name), column.type)).to_series()
    return agreed_times(text, values, column) if column.form or column.zone else values
