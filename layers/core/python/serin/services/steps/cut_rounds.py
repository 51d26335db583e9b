"""The four rounds in which a training set is made in pieces, each over the rows of one piece.

They call what makes it in one go (`serin.data.features.joins.training_rows`): rows are numbered as they were accepted,
and whatever is put together again is put in that order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.cells import by_cell, coarse_of, hashes, slab_of
from serin.data.features.joins import (
    ENTITY_KEY,
    Functions,
    ViewSources,
    in_order,
    labelled_rows,
    training_columns,
    views_asked,
    with_computed,
)
from serin.data.features.on_demand import on_demand_functions
from serin.data.features.standing import ALIKE, GROUP, unlike
from serin.data.features.versions import ACCEPTED, EVENT, SINCE
from serin.data.features.views import facts_of, with_facts
from serin.domain import cut_sizes
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.cut_pieces import EVERYWHERE, Content, CutPiece, CutTask, PieceDone, packed, slabs_before
from serin.domain.cut_sizes import (
    Lookup,
    Round,
    asked_size,
    event_size,
    gathered_size,
    looked_up_by,
    lookups_of,
    refuse_crowded,
)
from serin.domain.records import as_record, from_record
from serin.domain.scratch import SCRATCH
from serin.ports import Catalog, Files, ObjectStore
from serin.services.steps.cut_files import FineParts, Target, frames_of, written
from serin.services.steps.dataset_rows import all_rows
from serin.services.steps.known_objects import known_record
from serin.services.steps.segments import COPY, marks_of, rows_of
from serin.services.steps.spilled import Spilled

_MICROSECOND = timedelta(microseconds=1)
Gathered = tuple[Content, str, int]
"""What a shard is gathered of: its labelled rows, or the values of a lookup."""


@dataclass(frozen=True)
class CutSource:
    """By what a task is made: the charter, with what the champion uses, the contracts and the model's code.

    `files` is where pieces hand over what they write.
    """

    task: CutTask
    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    _: KW_ONLY
    files: Files
    lake: ObjectStore
    catalog: Catalog

    @cached_property
    def lookups(self) -> Sequence[Lookup]:
        """The views that the model needs, as they are looked into together."""
        return lookups_of(self.charter, views_asked(self.charter, on_demand_functions(self.charter, self.functions)))

    @property
    def truth(self) -> Contract:
        """The contract of the dataset that has the label."""
        return self.contracts[self.charter.truth.dataset]

    def lookup(self, name: str) -> Lookup:
        """The one of that name."""
        return next(lookup for lookup in self.lookups if lookup.name == name)

    def identity(self, dataset: str) -> Sequence[str]:
        """What rows are dealt by: those that are versions of each other, or are equal, are to lie together."""
        contract = self.contracts[dataset]
        return contract.primary_key or tuple(column.name for column in contract.columns)

    def marks_copies(self, dataset: str) -> bool:
        """Whether it matters which rows are copies."""
        return dataset == self.charter.truth.dataset and not self.contracts[dataset].primary_key


def deal(source: CutSource, piece: CutPiece, folder: Path) -> PieceDone:
    """The rows of some files, with their numbers, by the hash of what they are versions of."""
    task, contract, last = source.task, source.contracts[piece.of], source.task.heads[piece.of].sequence
    cut, cells, number = task.cuts.rows[piece.of], Spilled[Target](folder), piece.first
    frames = rows_of(piece.segments, last, contract, lake=source.lake)
    marks = marks_of(piece.segments, last, lake=source.lake) if source.marks_copies(piece.of) else None
    for rows in frames:
        numbered = rows.with_columns(pl.int_range(number, number + pl.len(), dtype=pl.Int64).alias(ACCEPTED))
        if marks is not None:
            numbered = numbered.with_columns(next(marks).alias(COPY))
        number += rows.height
        for (bucket,), members in by_cell(numbered, coarse_of(hashes(rows, source.identity(piece.of)), cut.coarse)):
            cells.add(("rows", piece.of, bucket, 0), members)
    return PieceDone(piece.name, written(task, piece.name, cells, store=source.files))


def derive(source: CutSource, piece: CutPiece, folder: Path) -> PieceDone:
    """What follows from all versions of some rows: what they say to views, and the questions they ask."""
    cut, cells = source.task.cuts.rows[piece.of], Spilled[Target](folder)
    dealt = FineParts(cut, source.identity(piece.of), folder / "dealt")
    for frame in frames_of(piece.files, store=source.files):
        dealt.add("rows", frame)
    beside = _looked_up(source, piece.of)
    moments, distinct, once = list[datetime](), 0, 0
    for part, _ in dealt.parts("rows"):
        rows = dealt.rows("rows", part).sort(ACCEPTED)
        refuse_crowded(f"One part of {piece.of}", rows.height, int(rows.estimated_size()))
        copied = rows[COPY] if COPY in rows.columns else None
        rows = rows.drop(COPY, strict=False)
        sources = ViewSources(source.charter, source.contracts, {**beside, piece.of: rows}, source.functions)
        _tell(source, sources, piece.of, cells)
        if piece.of == source.charter.truth.dataset:
            labelled = labelled_rows(sources, copied, source.task.until)
            _ask(source, labelled, cells)
            moments += labelled.select(pl.col(MOMENT).max()).drop_nulls()[MOMENT].to_list()
        if copied is not None:
            different = unlike(rows.drop(ACCEPTED), copied)
            distinct, once = distinct + different[0], once + different[1]
    files = written(source.task, piece.name, cells, store=source.files)
    return PieceDone(piece.name, files, max(moments, default=None), distinct, once)


def _looked_up(source: CutSource, dataset: str) -> Mapping[str, pl.DataFrame]:
    """The datasets that the derivation of one looks things up in, whole."""
    heads = {name: source.task.heads[name] for name in looked_up_by(source.charter, dataset)}
    return all_rows(heads, source.contracts, lake=source.lake, catalog=source.catalog) if heads else {}


def _tell(source: CutSource, sources: ViewSources, dataset: str, cells: Spilled[Target]) -> None:
    """What the rows say to the views that look into their dataset, by entity and the time of the event."""
    for lookup in source.lookups:
        cut = source.task.cuts.lookups[lookup.name]
        for view in lookup.views:
            if view.source != dataset:
                continue
            rows, identity = sources.of(view)
            facts = facts_of(view, rows, lookup.key, identity)
            cells.add(("facts", view.name, EVERYWHERE, 0), facts.clear())
            slabs = slab_of(facts[EVENT], cut.span) if cut.span else pl.repeat(0, facts.height, eager=True)
            buckets = coarse_of(hashes(facts, lookup.key), cut.coarse)
            for (bucket, slab), members in by_cell(facts, buckets, slabs):
                cells.add(("facts", view.name, bucket, slab), members)


def _ask(source: CutSource, labelled: pl.DataFrame, cells: Spilled[Target]) -> None:
    """The labelled rows by the time of their moment, and for each lookup whom they ask about and when."""
    cuts = source.task.cuts
    for (shard,), members in by_cell(_needed(source, labelled), slab_of(labelled[MOMENT], cuts.stretch)):
        cells.add(("labelled", "", 0, shard), members)
    for lookup in source.lookups:
        cut, asks = cuts.lookups[lookup.name], labelled.select(*lookup.key, MOMENT, ACCEPTED)
        buckets = coarse_of(hashes(asks, lookup.key), cut.coarse)
        for (bucket, slab), members in by_cell(asks, buckets, slab_of(asks[MOMENT], cut.span)):
            cells.add(("asks", lookup.name, bucket, slab), members)


def _needed(source: CutSource, labelled: pl.DataFrame) -> pl.DataFrame:
    """The columns that the training set is made of, and those that computing its features asks for."""
    charter = source.charter
    entities = [name for key in charter.features.entities.values() for name in key]
    own = [item.name for item in charter.inputs]
    names = dict.fromkeys([*source.truth.primary_key, *entities, *own, *charter.slices])
    marks = [name for name in labelled.columns if name.startswith("__") and name not in names]
    return labelled.select(*names, *marks)


def look_up(source: CutSource, piece: CutPiece, folder: Path) -> PieceDone:
    """What was known of the entities of one cell at each moment that is asked about, by the shard of that moment."""
    lookup, cuts, cells = source.lookup(piece.of), source.task.cuts, Spilled[Target](folder)
    cut = cuts.lookups[lookup.name]
    parts = FineParts(cut, lookup.key, folder / "parts")
    window, reached = _window(source, piece), _in_reach(lookup, cut.span, piece.slab)
    for file, frame in zip(piece.files, frames_of(piece.files, store=source.files), strict=True):
        if file.content == "asks":
            parts.add("asks", frame.filter(window), MOMENT)
        else:
            parts.add(file.of, frame.filter(reached), EVENT if cut.slab else None)
    back = slabs_before(lookup, cut.slab)
    for part, slab in parts.parts("asks"):
        asks = parts.rows("asks", part, slab).sort(ACCEPTED)
        values = asks
        refuse_crowded(f"{lookup.entity} in one part", asks.height, asks.height * asked_size(lookup.key))
        for view in lookup.views:
            facts = parts.rows(view.name, part, slab, back).filter(_in_reach(lookup, cut.slab, slab)).sort(ACCEPTED)
            refuse_crowded(f"{view.name} in one part", facts.height, facts.height * event_size(view, lookup.key))
            values = with_facts(values, view, facts, lookup.key)
        names = [f"{view.name}.{name}" for view in lookup.views for name in view.values]
        for (shard,), members in by_cell(
            values.select(ACCEPTED, MOMENT, *names), slab_of(values[MOMENT], cuts.stretch)
        ):
            cells.add(("values", lookup.name, piece.bucket, shard), members)
    return PieceDone(piece.name, written(source.task, piece.name, cells, store=source.files))


def gather(source: CutSource, piece: CutPiece, folder: Path) -> PieceDone:
    """The rows of some shards of the training set, in its order, with all that is known and computed of them."""
    together = Spilled[Gathered](folder / "shards")
    cuts, window, counts = source.task.cuts, _window(source, piece), dict[int, int]()
    for file, frame in zip(piece.files, frames_of(piece.files, store=source.files), strict=True):
        rows = frame.filter(window) if file.content == "labelled" else frame
        # What pieces of an older release have looked up names no moment, and is all of one shard.
        slabs = slab_of(rows[MOMENT], cuts.shard) if cuts.shards > 1 else pl.repeat(piece.slab, rows.height, eager=True)
        for (slab,), members in by_cell(rows, slabs):
            together.add((file.content, file.of, slab), members)
            if file.content == "labelled":
                counts[slab] = counts.get(slab, 0) + members.height
    made = (_shard(source, piece, together, slabs) for slabs in packed(counts, most_of_shard(source)))
    return PieceDone(piece.name, written(source.task, piece.name, made, store=source.files))


def most_of_shard(source: CutSource) -> int:
    """How many rows of the training set are gathered at once, about."""
    return cut_sizes.ROOM // gathered_size(source.charter)


def _shard(
    source: CutSource, piece: CutPiece, together: Spilled[Gathered], slabs: Sequence[int]
) -> tuple[Target, pl.DataFrame]:
    """One shard: the rows of some slabs that follow each other."""
    charter = source.charter
    rows = _labelled(source, piece, _of(together, "labelled", "", slabs))
    for lookup in source.lookups:
        values = _of(together, "values", lookup.name, slabs).drop(MOMENT, strict=False)
        rows = rows.join(values, on=ACCEPTED, how="left", validate="1:1", maintain_order="left")
    rows = with_computed(rows, charter, on_demand_functions(charter, source.functions))
    entity = {ENTITY_KEY + name: pl.col(name) for name in charter.features.entities[charter.truth.entity]}
    made = training_columns(rows.with_columns(**entity), charter, source.truth, tuple(entity))
    return ("shard", "", 0, slabs[0]), made


def _of(together: Spilled[Gathered], content: Content, of: str, slabs: Sequence[int]) -> pl.DataFrame:
    return pl.concat([together.rows((content, of, slab)) for slab in slabs if (content, of, slab) in together])


def _labelled(source: CutSource, piece: CutPiece, rows: pl.DataFrame) -> pl.DataFrame:
    refuse_crowded(f"Shard {piece.slab}", rows.height, rows.height * gathered_size(source.charter))
    rows = rows.sort(ACCEPTED)
    if ALIKE in rows.columns:
        rows = rows.with_columns(pl.col(ALIKE if piece.nearly_unique else GROUP).alias(GROUP)).drop(ALIKE)
    return in_order(rows, source.truth)


def _window(source: CutSource, piece: CutPiece) -> pl.Expr:
    """Whether a moment lies in the training's window."""
    if piece.newest is None:
        raise AssertionError(f"{piece.name} is run before all moments are known")
    return pl.col(MOMENT) > pl.lit(piece.newest, TIMESTAMP) - source.charter.training.window


def _in_reach(lookup: Lookup, slab: timedelta | None, number: int) -> pl.Expr:
    """Whether a fact may matter to a moment of the slab: not too old at its beginning, and known before its end."""
    if slab is None or lookup.reach is None:
        return pl.lit(value=True)
    begins = number * (slab // _MICROSECOND)
    least, end = begins - lookup.reach // _MICROSECOND, begins + slab // _MICROSECOND
    return (pl.col(EVENT).dt.epoch("us") >= least) & (pl.col(SINCE).dt.epoch("us") < end)


_ROUNDS: Mapping[Round, Callable[[CutSource, CutPiece, Path], PieceDone]] = {
    "deal": deal,
    "derive": derive,
    "look_up": look_up,
    "gather": gather,
}


def run_piece(source: CutSource, name: str) -> PieceDone:
    """What the piece of that name has written, by now or before; raises NotFound for one that is not planned.

    Run again it writes the same, and once its marker is there it does nothing.
    """
    task, files = source.task, source.files
    if done := known_record(PieceDone, task.done_at(name), store=files):
        return done
    piece = from_record(CutPiece, json.loads(files.get(task.piece_at(name))))
    with TemporaryDirectory(prefix=SCRATCH) as folder:
        done = _ROUNDS[piece.round](source, piece, Path(folder))
    files.put_new(task.done_at(name), json.dumps(as_record(done)).encode())
    return done
