"""The files that hold a dataset's rows up to a head: some joined segments, and the parts that came after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from serin.data.contract.evolution import as_contract
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Contract
from serin.domain.segments import Segment
from serin.ports import ObjectStore

SEQUENCE, ACCEPTED_AT, COPY = "__sequence", "__accepted_at", "__copy"
LINEAGE = (SEQUENCE, ACCEPTED_AT, COPY)
"""What a joined segment says of each row: its upload, when that was accepted, and whether the row is a copy."""


def rows_of(segments: Sequence[Segment], last: int, contract: Contract, *, lake: ObjectStore) -> Iterator[pl.DataFrame]:
    """The rows of each segment up to the upload `last`, in the contract's columns, of which alone are decoded."""
    names = [column.name for column in contract.columns]
    contents = lake.get_each([segment.key for segment in segments])
    for segment, content in zip(segments, contents, strict=True):
        if segment.last > last:
            rows = from_parquet(content, [*names, SEQUENCE]).filter(pl.col(SEQUENCE) <= last).drop(SEQUENCE)
        else:
            rows = from_parquet(content, names)
            # Rows that have none of the columns are rows all the same.
            rows = rows if rows.width else from_parquet(content)
        yield as_contract(rows, contract)


def marks_of(segments: Sequence[Segment], last: int, *, lake: ObjectStore) -> Iterator[pl.Series]:
    """Which of the rows that `rows_of` yields are copies."""
    marked = iter(lake.get_each([segment.copies for segment in segments if segment.copies]))
    for segment in segments:
        if segment.copies is None:
            yield pl.repeat(value=False, n=_rows_until(segment, last, lake), eager=True)
        elif segment.is_part:
            yield from_parquet(next(marked)).to_series()
        else:
            marks = from_parquet(next(marked), [SEQUENCE, COPY])
            yield marks.filter(pl.col(SEQUENCE) <= last)[COPY]


def _rows_until(segment: Segment, last: int, lake: ObjectStore) -> int:
    if segment.last <= last:
        return segment.rows
    sequences = from_parquet(lake.get(segment.key), [SEQUENCE])
    return sequences.filter(pl.col(SEQUENCE) <= last).height
