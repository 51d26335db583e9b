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
    """How much a file may hold; refused before it is parsed."""

    header: int = 64 * 1024
    columns: int = 2_000
    rows: int = 5_000_000
    decompressed: int = 1024**3


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
