"""Parquet: how accepted rows are kept, and one of the ways uploads arrive."""

from __future__ import annotations

import io
import mmap
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import polars as pl

from serin.data.files.header import check_columns, check_lengths
from serin.data.files.literal_names import literal
from serin.data.files.mapped_names import named_here
from serin.data.files.parquet_layout import Layout, read_layout
from serin.data.files.parquet_values import as_text, is_plain, may_hold_nul, refuse_nul
from serin.data.files.repeated_header import without_headers
from serin.data.files.table import Caps, Table, ragged_rows, row_numbers
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected
from serin.domain.printable import printable

T = TypeVar("T")
_GROUP = 262_144
_RANGES = 4
_TIMES = (pl.Datetime, pl.Date)
_UNKNOWN_ZONE = re.compile("unable to parse time zone: '([^']*)'")


def to_parquet(frame: pl.DataFrame) -> bytes:
    """The frame as a Parquet file; equal frames give equal bytes."""
    buffer = io.BytesIO()
    write_parquet(frame, buffer)
    return buffer.getvalue()


def write_parquet(frame: pl.DataFrame, into: Path | io.BytesIO) -> None:
    """Write the frame as a Parquet file; equal frames give equal bytes."""
    frame.rechunk().write_parquet(into, compression="zstd", compression_level=3, row_group_size=_GROUP)


def join_parquet(files: Sequence[Path], columns: Sequence[str], into: Path) -> None:
    """Write the files' rows, of these columns or of all, as one file: memory holds a few row groups at a time.

    The same rows in the same files give equal bytes.
    """
    rows = pl.scan_parquet(list(files), glob=False).select(columns or pl.all())
    rows.sink_parquet(into, compression="zstd", compression_level=3, row_group_size=_GROUP)


def keep_rows(file: Path, kept: pl.Series, folder: Path) -> Path:
    """Write the rows of a file of ours that are kept, in their order, as another; memory holds some row groups."""
    pieces = []
    for index, start in enumerate(range(0, kept.len(), _GROUP)):
        piece = folder / f"kept-{index:06}.parquet"
        rows = pl.scan_parquet(file, glob=False).slice(start, _GROUP).collect()
        rows.filter(kept.slice(start, _GROUP)).write_parquet(piece, compression="lz4", statistics=False)
        pieces.append(piece)
    join_parquet(pieces, (), folder / "kept.parquet")
    return folder / "kept.parquet"


def value_ranges(rows: pl.LazyFrame) -> dict[str, tuple[int, ...]]:
    """Of each column of times and whole numbers the least and greatest value, as integers, and the number of nulls.

    A column of nulls has a least value above its greatest.
    """
    names = [name for name, dtype in rows.collect_schema().items() if dtype.is_integer() or dtype in _TIMES]
    if not names:
        return {}
    values = {name: pl.col(name).to_physical().cast(pl.Int64) for name in names}
    ranges = rows.select(
        *(value.min().alias(f"{name}:min") for name, value in values.items()),
        *(value.max().alias(f"{name}:max") for name, value in values.items()),
        *(value.null_count().alias(f"{name}:nulls") for name, value in values.items()),
    )
    row = ranges.collect().row(0, named=True)
    return {name: _range(row[f"{name}:min"], row[f"{name}:max"], row[f"{name}:nulls"]) for name in names}


def _range(least: int | None, greatest: int | None, nulls: int) -> tuple[int, ...]:
    return (1, 0, nulls) if least is None or greatest is None else (least, greatest, nulls)


def telling_ranges(ranges: Mapping[str, tuple[int, ...]], contract: Contract) -> dict[str, tuple[int, ...]]:
    """Of `value_ranges` those that tell uploads apart: of a few columns that hold no null.

    Times come first: their ranges are what tells uploads apart most often.
    """
    kinds = ("timestamp", "date", "integer")
    columns = sorted((one for one in contract.columns if one.type in kinds), key=lambda one: kinds.index(one.type))
    told = [column.name for column in columns[:_RANGES] if column.name in ranges]
    return {name: ranges[name][:2] for name in told if not ranges[name][2]}


def size_in_memory(frame: pl.DataFrame) -> int:
    """The bytes that these rows take once they are read: at most eight a value, and sixteen and its own a text."""
    texts = frame.select(pl.col(pl.String).str.len_bytes().cast(pl.Int64).sum())
    lengths: int = sum(texts.row(0)) if texts.width else 0
    return frame.height * 8 * (frame.width + texts.width) + lengths


def first_rows(file: Path, count: int) -> pl.DataFrame:
    """The first rows of a file that `to_parquet` has written."""
    return pl.read_parquet(file, n_rows=count, glob=False)


def from_parquet(content: bytes, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The frame `to_parquet` has written, or those of the columns that it has."""
    if columns is None:
        return pl.read_parquet(content, glob=False)
    there = pl.read_parquet_schema(content)
    return pl.read_parquet(content, columns=[name for name in columns if name in there])


class ParquetBlocks:
    """The blocks of an uploaded Parquet file, as text; its nulls are its own, so an empty text is a value.

    Raises Rejected, or TooLarge, when made of a file that is not its dataset's, before anything is decoded.
    """

    def __init__(self, name: str, content: Path | bytes, contract: Contract, caps: Caps) -> None:
        self._name, self._content, self._caps = name, content, caps
        layout = _layout(name, content, caps)
        check_columns(name, layout.columns, contract, caps)
        schema = _tried(name, lambda: pl.read_parquet_schema(content))
        names = map(literal, named_here(layout.columns, contract))
        here = dict(zip(layout.columns, names, strict=True))
        types = {column.name: column.type for column in contract.columns}
        plain = {
            one: dtype
            for one, dtype in schema.items()
            if one not in layout.nested and is_plain(dtype, text=types.get(here[one]) == "string")
        }
        for column in (one for one in layout.columns if here[one] in types and one not in plain):
            dtype = "lists or records" if column in layout.nested else schema[column]
            raise Rejected(
                f"{name}: column '{printable(column)}' holds {dtype}.",
                f"Write one plain value for each row: {types[here[column]]}.",
            )
        if layout.rows == 0:
            raise Rejected(f"{name}: has no rows.", "Upload a file with rows.")
        self._columns = [as_text(column, dtype).alias(here[column]) for column, dtype in plain.items()]
        self._written = [here[column] for column, dtype in plain.items() if may_hold_nul(dtype)]
        self._own = {here[column]: column for column in plain}
        self._unread = tuple(column for column in layout.columns if column not in plain)
        self._rows, self._step = layout.rows, caps.rows_together(len(layout.columns))

    def __iter__(self) -> Iterator[Table]:
        return (self.again(index) for index in range(-(-self._rows // self._step)))

    def again(self, index: int) -> Table:
        before = index * self._step
        rows = pl.scan_parquet(self._content, glob=False).slice(before, self._step)
        text = _tried(self._name, lambda: rows.select(self._columns).collect())
        if text.height != min(self._step, self._rows - before):
            after = before + text.height
            raise Rejected(f"{self._name}: says {self._rows:,} rows and has {after:,}.", "Write the file again.")
        check_lengths(self._name, text, self._caps)
        numbers, ragged = row_numbers(text.height, before), ragged_rows([], [])
        refuse_nul(self._name, text, numbers, self._written)
        return without_headers(Table(self._name, text, numbers, ragged, unread=self._unread), self._own)


def _layout(name: str, content: Path | bytes, caps: Caps) -> Layout:
    if isinstance(content, bytes):
        return read_layout(name, memoryview(content), caps)
    with content.open("rb") as file:
        # Closed when nobody looks into it any more, which an error on its way up still does.
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return read_layout(name, memoryview(mapped), caps)


def _tried(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    # The reader panics, rather than fails, on some damaged files.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        if str(error).startswith("invalid utf8"):
            raise Rejected(f"{name}: a column of bytes holds what is no text.", "Write its values as texts.") from error
        if zone := _UNKNOWN_ZONE.search(str(error)):
            raise Rejected(
                f"{name}: has times in the zone {printable(zone[1])!r}, which cannot be read.",
                "Write them in UTC, or in a zone by its name, such as Europe/Paris.",
            ) from error
        message = f"{name}: cannot be read as Parquet ({printable(str(error).partition(chr(10))[0], 100)})."
        raise Rejected(message, "Write the file again and upload it.") from error
