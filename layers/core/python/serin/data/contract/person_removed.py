"""Files as they were sent, without the rows of a person, who is known by the value of a column."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from serin.data.contract.protected import Theirs
from serin.data.contract.read_columns import read_column
from serin.data.files.gunzip import MAGIC as GZIP
from serin.data.files.literal_names import as_written
from serin.data.files.parquet import keep_rows
from serin.data.files.parquet_layout import MAGIC as PARQUET
from serin.data.files.reading import opened
from serin.data.files.table import TEXT, Blocks, Table
from serin.domain.contracts import Column, Contract

_BETWEEN = re.compile(r'[,;\t|"\r\n]')
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Left:
    """What is left of a file: `file` is None where nothing is. `rows` are gone."""

    file: Path | None
    rows: int


def without_person(
    name: str, file: Path, contract: Contract, column: Column, theirs: Theirs, folder: Path
) -> Left | None:
    """What a file is without their rows, written into `folder`; None where none is theirs.

    Raises Rejected or TooLarge for a file that cannot be read by the contract.
    """
    with opened(name, file, contract.in_files) as blocks:
        found = [_is_theirs(table, column, theirs) for table in blocks]
        gone = sum(int(rows.sum()) + int(ragged.sum()) for rows, ragged in found)
        if not gone:
            return None
        if gone == sum(rows.len() + ragged.len() for rows, ragged in found):
            return Left(None, gone)
        if _begins(file, PARQUET):
            return Left(keep_rows(file, ~pl.concat([rows for rows, _ in found]), folder), gone)
        return Left(_written(blocks, found, folder / "left", compressed=_begins(file, GZIP)), gone)


def speaks_of(file: Path, theirs: Theirs) -> bool:
    """Whether a file of no known form has a value of theirs between commas, quotes, tabs or lines."""
    content = file.read_bytes()
    text = (gzip.decompress(content) if content.startswith(GZIP) else content).decode(errors="replace")
    return bool(theirs({part.strip() for part in _BETWEEN.split(text)}))


def _is_theirs(table: Table, column: Column, theirs: Theirs) -> tuple[pl.Series, pl.Series]:
    """Which of its rows are theirs, and which of those of a wrong width say their name."""
    values = read_column(table.text[column.name], column)[column.name]
    known = pl.Series(list(theirs(values.drop_nulls().unique().to_list())), dtype=pl.String)
    rows = values.is_in(known.implode()).fill_null(value=False)
    ragged = [bool(theirs({part.strip() for part in _BETWEEN.split(text)})) for text in table.ragged[TEXT]]
    return rows, pl.Series(ragged, dtype=pl.Boolean)


def _written(blocks: Blocks, found: list[tuple[pl.Series, pl.Series]], into: Path, *, compressed: bool) -> Path:
    with (
        into.open("wb") as plain,
        gzip.GzipFile(fileobj=plain, mode="wb") if compressed else nullcontext(plain) as file,
    ):
        for number, (rows, ragged) in enumerate(found):
            table = blocks.again(number)
            if number == 0:
                file.write(",".join(map(_quoted, map(as_written, table.text.columns))).encode() + b"\n")
            for line in (*_lines(table.text.filter(~rows)), *table.ragged.filter(~ragged)[TEXT]):
                file.write(line.encode() + b"\n")
    return into


def _lines(text: pl.DataFrame) -> Iterator[str]:
    """Rows as CSV: every text in quotes, and nothing where there is no value."""
    cells = [
        pl.when(pl.col(name).is_null()).then(pl.lit("")).otherwise(_in_quotes(pl.col(name))) for name in text.columns
    ]
    return iter(text.select(pl.concat_str(cells, separator=",")).to_series())


def _in_quotes(text: pl.Expr) -> pl.Expr:
    return pl.lit('"') + text.str.replace_all('"', '""', literal=True) + pl.lit('"')


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _begins(file: Path, magic: bytes) -> bool:
    with file.open("rb") as content:
        return content.read(len(magic)) == magic
