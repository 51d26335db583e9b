"""The files that hold a dataset's rows up to a head: some joined segments, and the parts that came after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from serin.data.contract.evolution import as_contract
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.segments import Segment, segment_of
from serin.ports import Catalog, ObjectStore

SEQUENCE, ACCEPTED_AT, COPY = "__sequence", "__accepted_at", "__copy"
LINEAGE = (SEQUENCE, ACCEPTED_AT, COPY)
"""What a joined segment says of each row: its upload, when that was accepted, and whether the row is a copy."""


def segments_up_to(head: DatasetHead, *, catalog: Catalog) -> Sequence[Segment]:
    """The segments that have rows up to `head`, in sequence; the last one may have later rows as well."""
    layout = catalog.layout(head.dataset)
    joined = [segment for segment in layout.segments if segment.first <= head.sequence]
    # Parts are immutable and joined once they are there, so between two readings nothing falls into a gap.
    parts = catalog.parts(head.dataset, layout.upto) if layout.upto < head.sequence else ()
    after = [segment_of(part) for part in parts if part.sequence <= head.sequence]
    return [segment for segment in (*joined, *after) if segment.rows]


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
