"""A digest of each row that stays the same: for equal rows in any file, process, machine and version of polars.

It is made of a row's typed values by the names of their columns, so that how a number or a moment was written, how
lines end, in which order columns stand and what kind of file it is do not matter. A column without a value adds
nothing, so a column that a contract gained and no row has a value in changes no digest; and a value of a type that was
narrower once has the digest that it had then. 64 bits: among 10 million
rows, one of 30,000 new ones has the digest of a different row once in 60 million uploads.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.domain.contracts import ColumnType
from serin.domain.names import digest

Digests = npt.NDArray[np.uint64]
DTYPE = np.dtype("<u8")
_WORD = 8
_TABLE = 65_536
"""Whole numbers within such a range are looked up: as many as stay near the processor."""
_PIECE = 8_192


def row_digests(typed: pl.DataFrame, narrower: Mapping[str, ColumnType] | None = None) -> Digests:
    """One for each row of a frame of typed columns (`serin.data.contract.types`), whatever their order.

    `narrower` are the types that columns once had: 12.0 is digested as the integer 12 was, 12.5 as the number it is.
    """
    total = np.zeros(typed.height, dtype=np.uint64)
    for column in typed.get_columns():
        # The sum does not know an order; each column has a key of its own, so values cannot swap places.
        key = np.uint64(int(digest(column.name)[:16], 16))
        kind = (narrower or {}).get(column.name)
        total += _of_column(column, key) if kind is None else _of_widened(column, kind, key)
    return _mixed(total)


def _of_widened(column: pl.Series, kind: ColumnType, key: np.uint64) -> Digests:
    """Values that are what a value of the narrower type widens to have its digest."""
    narrow = (
        column.str.to_date("%Y-%m-%d", strict=False)
        if kind == "date"
        else column.cast(POLARS_TYPES[kind], strict=False)
    )
    same = narrow.cast(column.dtype).eq_missing(column)
    return np.where(same.to_numpy(), _of_column(narrow, key), _of_column(column, key))


def _of_column(column: pl.Series, key: np.uint64) -> Digests:
    """One for each value, 0 for a null: looked up where values come again, for that is cheaper than mixing each."""
    if column.dtype == pl.String:
        known = column.unique().drop_nulls()
        if 2 * known.len() > column.len():
            return _without_nulls(_mixed(_of_texts(column.fill_null("")) ^ key), column)
        return _looked_up(_mixed(_of_texts(known) ^ key), column.cast(pl.Enum(known)).to_physical())
    if column.dtype.is_float():
        # There is one zero: -0.0 + 0.0 is 0.0.
        bits = (column.cast(pl.Float64).fill_null(0.0).to_numpy() + 0.0).view(np.uint64)
        return _without_nulls(_mixed(bits ^ key), column)
    numbers = column.to_physical().cast(pl.Int64)
    low, high = numbers.min(), numbers.max()
    if isinstance(low, int) and isinstance(high, int) and high - low < min(_TABLE, len(numbers)):
        return _looked_up(_mixed(np.arange(low, high + 1).view(np.uint64) ^ key), numbers - low)
    return _without_nulls(_mixed(numbers.fill_null(0).to_numpy().view(np.uint64) ^ key), column)


def _looked_up(table: Digests, places: pl.Series) -> Digests:
    if places.null_count():
        table, places = np.append(table, np.uint64(0)), places.cast(pl.Int64).fill_null(len(table))
    hashes: Digests = table[places.to_numpy()]
    return hashes


def _without_nulls(hashes: Digests, column: pl.Series) -> Digests:
    return hashes if not column.null_count() else np.where(column.is_null().to_numpy(), np.uint64(0), hashes)


def _mixed(bits: Digests) -> Digests:
    """Spread over all 64 bits, in place: the finalizer of SplitMix64 (Steele, Lea and Flood 2014)."""
    for start in range(0, len(bits), _PIECE):
        piece = bits[start : start + _PIECE]
        piece ^= piece >> np.uint64(30)
        piece *= np.uint64(0xBF58476D1CE4E5B9)
        piece ^= piece >> np.uint64(27)
        piece *= np.uint64(0x94D049BB133111EB)
        piece ^= piece >> np.uint64(31)
    return bits


def _of_texts(texts: pl.Series) -> Digests:
    """Eight bytes of UTF-8 after the other, for all texts that have so many."""
    sizes = texts.str.len_bytes().to_numpy()
    hashes = _mixed(sizes.astype(np.uint64) + np.uint64(1))
    rest, places = pl.select(pl.lit(texts) + "\0" * _WORD).to_series().cast(pl.Binary), np.arange(len(sizes))
    for start in range(0, int(sizes.max(initial=0)), _WORD):
        longer = sizes[places] > start
        if not longer.all():
            rest, places = rest.filter(pl.Series(longer)), places[longer]
        words = rest.bin.slice(start, _WORD).bin.reinterpret(dtype=pl.UInt64, endianness="little").to_numpy()
        hashes[places] = _mixed(hashes[places] ^ words)
    return hashes
