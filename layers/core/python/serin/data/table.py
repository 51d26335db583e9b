"""A file as it was written: text for every value, typed by nobody yet."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

ROW = "__row"
RULES = "__rules"
TEXT = "__text"
RESERVED = (ROW, RULES, TEXT)


@dataclass(frozen=True)
class Caps:
    """How much a file may hold; each is looked at before the work it would cause.

    Together they keep the largest file there may be within the memory of accept_upload. `stored` and
    `unpacked` are bytes, the latter of a CSV file's text or of a Parquet file's pages; `header` are the
    bytes of all column names; `ragged` are rows of a wrong width, `values` rows times columns, `row` and `value`
    the bytes of one. `metadata` (bytes) and `pages` are of a Parquet file.
    """

    stored: int = 256 * 1024**2
    unpacked: int = 256 * 1024**2
    header: int = 64 * 1024
    columns: int = 2_000
    rows: int = 5_000_000
    ragged: int = 1_000_000
    values: int = 12_000_000
    row: int = 1024**2
    value: int = 64 * 1024
    metadata: int = 4 * 1024**2
    pages: int = 50_000


CAPS = Caps()


@dataclass(frozen=True)
class Table:
    """The rows of one file, every value as the text it was written with.

    `text` has the file's columns, in its order, for the rows that have a value for each; `numbers`
    (1 is the first row below the header) says which rows these are. `ragged` holds the other rows
    whole: `__row`, `__text`. The texts in `nulls` mean that there is no value.
    """

    name: str
    text: pl.DataFrame
    numbers: pl.Series
    ragged: pl.DataFrame
    nulls: tuple[str, ...]

    @property
    def rows(self) -> int:
        """All rows of the file, ragged ones included."""
        return self.text.height + self.ragged.height


def ragged_rows(numbers: list[int], texts: list[str]) -> pl.DataFrame:
    """The frame `Table.ragged` holds."""
    return pl.DataFrame({ROW: numbers, TEXT: texts}, schema={ROW: pl.UInt32, TEXT: pl.String})


def row_numbers(count: int) -> pl.Series:
    """1 to `count`, for a file all of whose rows are whole."""
    return pl.int_range(1, count + 1, dtype=pl.UInt32, eager=True).alias(ROW)
