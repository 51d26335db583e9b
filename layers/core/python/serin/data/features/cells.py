"""Where rows belong that are cut: by a hash of some columns, whatever file, process and machine, and by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import polars as pl

from serin.data.contract.digests import Digests, row_digests

_MICROSECOND = timedelta(microseconds=1)
_CELL = "__cell"


def hashes(rows: pl.DataFrame, key: Sequence[str]) -> Digests:
    """A hash of each row's values of these columns, made of their canonical bytes."""
    return row_digests(rows.select(key))


def coarse_of(hashed: Digests, coarse: int) -> pl.Series:
    """The first cut's number for each hash."""
    return pl.Series(hashed % coarse).cast(pl.Int64)


def fine_of(hashed: Digests, coarse: int, fine: int) -> pl.Series:
    """The second cut's number for each hash, within its first."""
    return pl.Series(hashed // coarse % fine).cast(pl.Int64)


def slab_of(times: pl.Series, slab: timedelta | None) -> pl.Series:
    """The number of the slab that each time lies in, 0 where time is not cut or there is none."""
    if slab is None:
        return pl.repeat(0, times.len(), dtype=pl.Int64, eager=True)
    return (times.dt.epoch("us") // (slab // _MICROSECOND)).fill_null(0)


def by_cell(rows: pl.DataFrame, *cells: pl.Series) -> Iterator[tuple[tuple[int, ...], pl.DataFrame]]:
    """The rows of each cell that has some, in their order; a cell is named by its number in each of the series."""
    names = [f"{_CELL}{place}" for place in range(len(cells))]
    marked = rows.with_columns(cell.alias(name) for cell, name in zip(cells, names, strict=True))
    yield from marked.partition_by(names, as_dict=True, include_key=False, maintain_order=True).items()
