"""Parquet: how accepted rows are kept, and one of the ways uploads arrive."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeVar

import polars as pl

from serin.data.header import check_columns
from serin.data.table import Caps, Table, ragged_rows, row_numbers
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected

MAGIC = b"PAR1"
T = TypeVar("T")


def to_parquet(frame: pl.DataFrame) -> bytes:
    """The frame as a Parquet file; equal frames give equal bytes."""
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="zstd", compression_level=3, row_group_size=262_144)
    return buffer.getvalue()


def from_parquet(content: bytes) -> pl.DataFrame:
    """The frame `to_parquet` has written."""
    return pl.read_parquet(content, glob=False)


def read_parquet(name: str, content: bytes, contract: Contract, caps: Caps) -> Table:
    """An uploaded Parquet file as text; raises Rejected. Its nulls are its own, so an empty text is a value."""
    schema = _tried(name, lambda: pl.read_parquet_schema(content))
    check_columns(name, list(schema), contract, caps)
    for column, dtype in schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            raise Rejected(f"{name}: column '{column[:60]}' holds {dtype}.", "Write one plain value for each row.")
    rows = _tried(name, lambda: pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item())
    if rows == 0:
        raise Rejected(f"{name}: has no rows.", "Upload a file with rows.")
    if rows > caps.rows:
        raise Rejected(f"{name}: has {rows:,} rows; {caps.rows:,} are allowed.", "Split the file and upload each part.")
    types = {column.name: column.type for column in contract.columns}
    columns = [_as_text(column, dtype, types.get(column)) for column, dtype in schema.items()]
    text = _tried(name, lambda: from_parquet(content).select(columns))
    return Table(name, text, row_numbers(rows), ragged_rows([], []), ())


def _tried(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    # The reader panics, rather than fails, on some damaged files.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        found = (str(error).splitlines() or [type(error).__name__])[0][:100]
        message = f"{name}: cannot be read as Parquet ({found})."
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
