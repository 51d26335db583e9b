"""Rows that were set aside, as people may see them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.data.files.corrections import in_files
from serin.data.files.table import RESERVED, TEXT
from serin.domain.contracts import Column
from serin.domain.shown_names import NOT_SHOWN_TEXT


def shown_rows(rows: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The rows as people may see them, under the names that files have for their columns.

    A row of a wrong width may say any column's value anywhere. Without a contract nothing is known of any column.
    """
    hidden = [one.name for one in columns if not one.shown and one.name in rows.columns]
    values = [name for name in rows.columns if name not in RESERVED]
    if not columns:
        hidden = values
    said = pl.lit(NOT_SHOWN_TEXT)
    masked = rows.with_columns(pl.when(pl.col(name).is_not_null()).then(said).alias(name) for name in hidden)
    if not columns or any(not one.shown for one in columns):
        masked = masked.with_columns(pl.when(pl.col(TEXT).is_not_null()).then(said).alias(TEXT))
    return in_files(masked, columns)
