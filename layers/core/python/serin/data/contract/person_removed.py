"""Files as they were sent, without the rows of a person, who is known by the value of a column."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from serin.data.contract.protected import Theirs
from serin.data.contract.read_columns import read_column
from serin.data.contract.said_values import values_said
from serin.data.files.gunzip import MAGIC as GZIP
from serin.data.files.gunzip import Unpacked
from serin.data.files.literal_names import as_written
from serin.data.files.parquet import keep_rows
from serin.data.files.parquet_layout import MAGIC as PARQUET
from serin.data.files.reading import container, opened
from serin.data.files.source import Plain, Source
from serin.data.files.table import CAPS, ROW, TEXT, Blocks, Table
from serin.domain.contracts import Column, Contract
from serin.domain.errors import Rejected, TooLarge

_SEARCHED = 32 * 1024**2
"""So much text of no known form is looked through: every value it may say has to be digested."""
_PIECE, _OVERLAP = 512 * 1024, 2 * CAPS.value


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
        rows, found = 0, list[pl.Series]()
        for table in blocks:
            rows += table.rows
            found.append(numbers_of(table, column, theirs))
        gone = pl.concat(found)
        if not gone.len():
            return None
        if gone.len() == rows:
            return Left(None, rows)
        if _begins(file, PARQUET):
            kept = ~pl.int_range(1, rows + 1, dtype=pl.UInt32, eager=True).is_in(gone.implode())
            return Left(keep_rows(file, kept, folder), gone.len())
        return Left(_written(blocks, found, folder / "left", compressed=_begins(file, GZIP)), gone.len())


def speaks_of(name: str, file: Path, theirs: Theirs) -> bool | None:
    """Whether a file that cannot be read by a contract says a value of theirs; None where nobody can say.

    Text is looked through in whatever encoding it may be. An archive, a damaged file or a very long text is not.
    """
    with ExitStack() as opened_too:
        content = opened_too.enter_context(file.open("rb"))
        source: Source = Plain(content)
        if _begins(file, GZIP):
            source = opened_too.enter_context(Unpacked(name, content, CAPS))
        try:
            start = source.read(0, _PIECE)
            if start.startswith(PARQUET) or container(start):
                return None
            if any(theirs(values_said(text)) for piece in _pieces(source) for text in _texts(piece)):
                return True
            return None if source.read(_SEARCHED, 1) else False
        except (Rejected, TooLarge):
            return None


def numbers_of(table: Table, column: Column, theirs: Theirs) -> pl.Series:
    """The numbers of its rows that are theirs, and of those of a wrong width that may say their name."""
    values = read_column(table.text[column.name], column)[column.name]
    known = pl.Series(list(theirs(values.drop_nulls().unique().to_list())), dtype=pl.String)
    rows = values.is_in(known.implode()).fill_null(value=False)
    ragged = pl.Series([bool(theirs(values_said(text))) for text in table.ragged[TEXT]], dtype=pl.Boolean)
    return pl.concat([table.numbers.filter(rows), table.ragged[ROW].filter(ragged)])


def _pieces(source: Source) -> Iterator[bytes]:
    """The bytes as far as they are looked through; a value between two pieces is whole in one of them."""
    for start in range(0, _SEARCHED, _PIECE - _OVERLAP):
        piece = source.read(start, _PIECE)
        yield piece
        if len(piece) < _PIECE:
            return


def _texts(content: bytes) -> Iterator[str]:
    """What the bytes may mean as text."""
    yield content.decode(errors="replace")
    if not content.isascii():
        yield content.decode("cp1252", errors="replace")
    if b"\0" in content:
        yield content.decode("utf-16-le", errors="replace").lstrip("\ufeff")
        yield content.decode("utf-16-be", errors="replace").lstrip("\ufeff")


def _written(blocks: Blocks, found: list[pl.Series], into: Path, *, compressed: bool) -> Path:
    with (
        into.open("wb") as plain,
        gzip.GzipFile(fileobj=plain, mode="wb") if compressed else nullcontext(plain) as file,
    ):
        for number, gone in enumerate(found):
            table = blocks.again(number)
            if number == 0:
                file.write(",".join(map(_quoted, map(as_written, table.text.columns))).encode() + b"\n")
            rows, ragged = (~numbers.is_in(gone.implode()) for numbers in (table.numbers, table.ragged[ROW]))
            for line in (*_lines(table.text.filter(rows)), *table.ragged.filter(ragged)[TEXT]):
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
