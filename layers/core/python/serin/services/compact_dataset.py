"""Many small files become few: the parts of a dataset are joined into segments, a step at a time.

Every some uploads the newest parts become one segment, together with the segments before it that are not much larger,
so that a dataset is about as many files as its number of uploads has digits times three. Nothing is deleted: parts stay
as they are, and who reads by an older layout finds all it names. A step that dies, comes twice or is overtaken leaves a
file that nobody names; the next one does its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import from_parquet, size_in_memory, to_parquet, value_ranges
from serin.domain.datasets import Part
from serin.domain.names import digest
from serin.domain.segments import Layout, Segment, segment_of
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.segments import ACCEPTED_AT, COPY, LINEAGE, SEQUENCE

FAN_IN = 8
"""The parts that become a segment at least, and so the uploads from one step to the next."""
MOST_PARTS = 64
LARGEST = 64 * 1024**2
"""Bytes in memory of the largest segment; a file that large is a segment as it is."""


def compact_dataset(dataset: str, sequence: int, *, lake: ObjectStore, catalog: Catalog, fan_in: int = FAN_IN) -> bool:
    """One step after the upload of that sequence; False where there is nothing to do, or somebody else did it."""
    if not sequence or sequence % fan_in:
        return False
    layout = catalog.layout(dataset)
    parts = _next_parts(catalog.parts(dataset, layout.upto), fan_in)
    if not parts:
        return False
    return catalog.save_layout(_Compaction(layout, lake, catalog).after(parts))


def _next_parts(parts: Sequence[Part], fan_in: int) -> Sequence[Part]:
    """What is joined now: some parts, none while there are few, and no more than memory is for."""
    if len(parts) < fan_in:
        return ()
    group, size = list[Part](), 0
    for part in parts[:MOST_PARTS]:
        if group and size + part.memory > LARGEST:
            break
        group.append(part)
        size += part.memory
    return group


@dataclass(frozen=True)
class _Piece:
    """A segment and its rows with what a joined one says of them; None where it is read only if it has to be."""

    segment: Segment
    rows: pl.DataFrame | None


@dataclass(frozen=True)
class _Compaction:
    """The step from one layout of a dataset to the next."""

    layout: Layout
    lake: ObjectStore
    catalog: Catalog

    def after(self, parts: Sequence[Part]) -> Layout:
        """The layout with these parts, which follow it."""
        pieces = [_Piece(segment_of(part), None) for part in parts]
        runs = list(_alike([self._read(piece) for piece in pieces] if len(pieces) > 1 else pieces))
        kept = len(self.layout.segments)
        first = runs[0]
        for segment in reversed(self.layout.segments):
            if not _goes_before(segment, first):
                break
            first.insert(0, self._read(_Piece(segment, None)))
            kept -= 1
        return self.layout.followed_by(kept, [self._joined(run) for run in runs])

    def _read(self, piece: _Piece) -> _Piece:
        segment = piece.segment
        if not segment.rows:
            return piece
        rows = from_parquet(self.lake.get(segment.key))
        if segment.is_part:
            marks = from_parquet(self.lake.get(segment.copies)).to_series() if segment.copies else None
            accepted = accepted_at(self.layout.dataset, segment.first, catalog=self.catalog)
            rows = rows.with_columns(
                pl.lit(segment.first, pl.UInt32).alias(SEQUENCE),
                pl.lit(accepted, TIMESTAMP).alias(ACCEPTED_AT),
                (pl.lit(value=False) if marks is None else marks).alias(COPY),
            )
        return _Piece(segment, rows)

    def _joined(self, run: Sequence[_Piece]) -> Segment:
        """The pieces as one segment; one alone stays the file that it is."""
        if len(run) == 1:
            return run[0].segment
        first, last = run[0].segment.first, run[-1].segment.last
        frames = [piece.rows for piece in run if piece.rows is not None]
        if not frames:
            return Segment(first, last, "", 0, 0)
        rows = pl.concat(frames)
        content = to_parquet(rows)
        key = f"datasets/{self.layout.dataset}/segments/{digest(content)[:32]}.parquet"
        self.lake.put(key, content)
        own = rows.drop(LINEAGE)
        return Segment(
            *(first, last, key, rows.height, size_in_memory(own)),
            copies=key if rows[COPY].any() else None,
            schema=_schema(rows),
            ranges=value_ranges(own.lazy()),
        )


def _goes_before(segment: Segment, run: Sequence[_Piece]) -> bool:
    """Whether the segment before a run is joined with it: of the same columns, not much larger, and not too large."""
    rows = sum(piece.segment.rows for piece in run)
    size = sum(piece.segment.memory for piece in run)
    if segment.rows > 2 * rows or segment.memory + size > LARGEST:
        return False
    known = {_schema(piece.rows) for piece in run if piece.rows is not None}
    return segment.schema is not None and known <= {segment.schema}


def _alike(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces in runs of the same columns: those of another contract stay in files of their own."""
    run, schema = list[_Piece](), None
    for piece in pieces:
        own = None if piece.rows is None else _schema(piece.rows)
        if run and own and schema and own != schema:
            yield run
            run, schema = [], None
        run.append(piece)
        schema = own or schema
    yield run


def _schema(rows: pl.DataFrame) -> str:
    return digest(*(f"{name} {dtype}" for name, dtype in rows.schema.items()))[:16]
