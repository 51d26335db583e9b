"""Parquet: how accepted rows are kept, and one of the ways uploads arrive."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeVar

import polars as pl

from serin.data.header import check_columns, check_lengths
from serin.data.parquet_layout import read_layout
from serin.data.table import Caps, Table, ragged_rows, row_numbers
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected
from serin.domain.printable import printable

T = TypeVar("T")


def to_parquet(frame: pl.DataFrame) -> bytes:
    """The frame as a Parquet file; equal frames give equal bytes."""
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="zstd", compression_level=3, row_group_size=262_144)
    return buffer.getvalue()


def from_parquet(content: bytes) -> pl.DataFrame:
    """The frame `to_parquet` has written."""
    return pl.read_parquet(content, glob=False)


def key_columns(content: bytes, names: tuple[str, ...]) -> pl.DataFrame | None:
    """Only these columns of a file `to_parquet` has written; None when one of them is not there."""
    there = pl.read_parquet_schema(content)
    return pl.read_parquet(content, columns=list(names)) if set(names) <= set(there) else None


def read_parquet(name: str, content: bytes, contract: Contract, caps: Caps) -> Table:
    """An uploaded Parquet file as text; raises Rejected, or TooLarge before anything is decoded.

    Its nulls are its own, so an empty text is a value.
    """
    layout = read_layout(name, content, caps)
    check_columns(name, layout.columns, contract, caps)
    schema = _tried(name, lambda: pl.read_parquet_schema(content))
    for column, dtype in schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            raise Rejected(
                f"{name}: column '{printable(column)}' holds {dtype}.", "Write one plain value for each row."
            )
    if layout.rows == 0:
        raise Rejected(f"{name}: has no rows.", "Upload a file with rows.")
    types = {column.name: column.type for column in contract.columns}
    columns = [_as_text(column, dtype, types.get(column)) for column, dtype in schema.items()]
    text = _tried(name, lambda: from_parquet(content).select(columns))
    if text.height != layout.rows:
        raise Rejected(f"{name}: says {layout.rows:,} rows and has {text.height:,}.", "Write the file again.")
    check_lengths(name, text, caps)
    return Table(name, text, row_numbers(text.height), ragged_rows([], []), ())


def _tried(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    # The reader panics, rather than fails, on some damaged files.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        message = f"{name}: cannot be read as Parquet ({printable(str(error).partition(chr(10))[0], 100)})."
        raise Rejected(message, "Write the file again and upload it.") from error


def _as_text(name: str, dtype: pl.DataType, wanted: str | None) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        # Without a zone the text has none either, and so breaks the contract's type.
        zone = "" if dtype.time_zone is None else "Z"
        moment = column if dtype.time_zone is None else column.dt.convert_time_zone("UTC")
        return moment.dt.strftime(f"%Y-%m-%dT%H:%M:%S%.f{zone}")
    if dtype.is_float() and wanted == "integer":
        # A nullable integer column of pandas arrives as floats.
        whole = (column == column.round()) & (column.abs() <= 2**53)
        integer = column.cast(pl.Int64, strict=False).cast(pl.String)
        return pl.when(whole).then(integer).otherwise(column.cast(pl.String))
    return column.cast(pl.String)
