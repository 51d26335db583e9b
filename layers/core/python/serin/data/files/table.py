"""A file as it was written: text for every value, typed by nobody yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

UPLOAD = "__upload"
ROW = "__row"
RULES = "__rules"
TEXT = "__text"
RESERVED = (UPLOAD, ROW, RULES, TEXT)


@dataclass(frozen=True)
class Caps:
    """How much a file may hold; each is looked at before the work it would cause.

    `stored`, `unpacked` (of a gzipped file's text, of a Parquet file's pages) and `rows` are what a file may have in
    all. It is looked at block by block: of `block` bytes of CSV, or of as many rows as have `values` values. What lies
    together, a row with the rest of its block, the rows that have one key, a Parquet file's row group, may have
    `together` bytes of text. These keep the largest file there may be within the memory of accept_upload.

    `header` are the bytes of all column names; `ragged` are rows of a wrong width, in all; `row` and `value` the bytes
    of one of them, of one value. `metadata` (bytes) and `pages` are of a Parquet file.
    """

    stored: int = 2560 * 1024**2
    unpacked: int = 2560 * 1024**2
    rows: int = 50_000_000
    block: int = 32 * 1024**2
    values: int = 12_000_000
    together: int = 256 * 1024**2
    header: int = 64 * 1024
    columns: int = 2_000
    ragged: int = 1_000_000
    row: int = 1024**2
    value: int = 64 * 1024
    metadata: int = 4 * 1024**2
    pages: int = 100_000

    def rows_together(self, width: int) -> int:
        """How many rows of so many values are looked at together."""
        return max(1, self.values // max(1, width))


CAPS = Caps()


@dataclass(frozen=True)
class Table:
    """Rows of one file, every value as the text it was written with.

    `text` has the file's columns, in its order, for the rows that have a value for each; `numbers`
    (1 is the first row below the header) says which rows these are; a null is where nothing was written. `ragged`
    holds the other rows whole: `__row`, `__text`. Where the file corrects rows that were set aside, `origins` has for
    each row of `text` which one (`__upload`, `__row`), or nulls. Columns in `unread` hold no plain values, or
    none that may be kept.
    """

    name: str
    text: pl.DataFrame
    numbers: pl.Series
    ragged: pl.DataFrame
    origins: pl.DataFrame | None = None
    unread: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """All of the file's columns."""
        return [*self.text.columns, *self.unread]

    @property
    def rows(self) -> int:
        """All of its rows, ragged ones included."""
        return self.text.height + self.ragged.height

    def only(self, wanted: pl.Series, ragged: bool) -> Table:
        """The rows that have a value for each column and are wanted; the ragged ones or none of them."""
        rest = self.ragged if ragged else self.ragged.clear()
        return Table(self.name, self.text.filter(wanted), self.numbers.filter(wanted), rest)


class Blocks(Protocol):
    """A file's rows, block by block; what is wrong with the file is found out, and raised, on the way."""

    def __iter__(self) -> Iterator[Table]:
        """Every block in turn."""

    def again(self, index: int) -> Table:
        """A block that was there before; 0 is the first."""


def joined(tables: Sequence[Table]) -> Table:
    """The rows of these blocks of one file, of which there is one at least."""
    return Table(
        tables[0].name,
        pl.concat([table.text for table in tables]),
        pl.concat([table.numbers for table in tables]),
        pl.concat([table.ragged for table in tables]),
    )


def ragged_rows(numbers: list[int], texts: list[str]) -> pl.DataFrame:
    """The frame `Table.ragged` holds."""
    return pl.DataFrame({ROW: numbers, TEXT: texts}, schema={ROW: pl.UInt32, TEXT: pl.String})


def row_numbers(count: int, before: int = 0) -> pl.Series:
    """The numbers of `count` rows, all of them whole, that have so many before them."""
    return pl.int_range(before + 1, before + count + 1, dtype=pl.UInt32, eager=True).alias(ROW)
