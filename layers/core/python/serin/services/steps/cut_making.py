"""A training set that is made in pieces, from its plan to its shards: which pieces are next, if any."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from serin.data.features.joins import Functions, views_asked
from serin.data.features.on_demand import on_demand_functions
from serin.data.features.shards import ShardedRows
from serin.domain import cut_sizes
from serin.domain.charter import Charter
from serin.domain.cut_pieces import CutTask, Done, PieceDone, dealing, following
from serin.domain.cut_plan import plan_training_set
from serin.domain.cut_sizes import ROUNDS, Round, gathered_size
from serin.domain.datasets import DatasetHead
from serin.domain.model_source import ModelSource
from serin.domain.records import as_record, from_record
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.cut_rounds import CutSource, run_piece
from serin.services.steps.folder_store import FolderStore
from serin.services.steps.known_objects import is_there
from serin.services.steps.table_sizes import listed, sized


@dataclass(frozen=True)
class RoundToRun:
    """A round of which these pieces have not been run; `items` is where the list of all of them lies."""

    round: Round
    items: str
    pieces: tuple[str, ...]


def next_round(source: CutSource) -> RoundToRun | None:
    """The first round that is not over, whose pieces are planned now if they were not; None once all are."""
    task, files = source.task, source.files
    over: dict[Round, Sequence[PieceDone]] = {}
    for each in ROUNDS:
        names = _planned(source, each, over)
        done = {key.rpartition("/")[2].removesuffix(".json") for key in files.keys(task.at("done", f"{each}-"))}
        if open_pieces := tuple(name for name in names if name not in done):
            return RoundToRun(each, task.pieces_at(each), open_pieces)
        contents = files.get_each([task.done_at(name) for name in names])
        over[each] = [from_record(PieceDone, json.loads(content)) for content in contents]
    return None


def _planned(source: CutSource, each: Round, over: Done) -> Sequence[str]:
    task, files = source.task, source.files
    place = task.pieces_at(each)
    if is_there(place, store=files):
        return [item["piece"] for item in json.loads(files.get(place))]
    most = cut_sizes.ROOM // gathered_size(source.charter)
    pieces = dealing(task) if each == "deal" else following(each, task, over, source.lookups, most)
    for piece in pieces:
        files.put(task.piece_at(piece.name), json.dumps(as_record(piece)).encode())
    names = [piece.name for piece in pieces]
    # The list comes last: whoever finds it finds its pieces.
    files.put(place, json.dumps([{"piece": name} for name in names]).encode())
    return names


@dataclass(frozen=True)
class MakingInPieces:
    """A training set that memory has no room for, of the datasets up to some heads; `name` is its id."""

    name: str
    source: ModelSource
    functions: Functions
    heads: Mapping[str, DatasetHead]
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def made(self, wider: Charter) -> CutSource | str:
        """By what it is made, once all pieces are done; or why none is run."""
        segments = listed(self.heads, catalog=self.catalog)
        sizes = {name: sized(wider, name, files) for name, files in segments.items()}
        plan = plan_training_set(wider, sizes, views_asked(wider, on_demand_functions(wider, self.functions)))
        if plan.refused:
            return plan.refused
        truth = wider.truth.dataset
        until = accepted_at(truth, self.heads[truth].sequence, catalog=self.catalog)
        files = {name: tuple(parts) for name, parts in segments.items()}
        source = CutSource(
            CutTask(self.name, wider.model, self.heads, plan.cuts, until, files),
            *(wider, self.source.contracts, self.functions),
            files=FolderStore(),
            lake=self.lake,
            catalog=self.catalog,
        )
        while unfinished := next_round(source):
            for piece in unfinished.pieces:
                run_piece(source, piece)
        return source


def keep_rows(source: CutSource, key: str) -> None:
    """Write the rows of a training set whose rounds are over as one file."""
    with made_rows(source) as rows, TemporaryDirectory(prefix="serin-") as name:
        if rows is not None:
            file = Path(name) / "rows.parquet"
            rows.write_parquet(file)
            source.lake.put_file(key, file)


@contextmanager
def made_rows(source: CutSource) -> Iterator[ShardedRows | None]:
    """The rows of the training set once all rounds are over, in files of this function; None where there are none."""
    task, lake = source.task, source.files
    names = [item["piece"] for item in json.loads(lake.get(task.pieces_at("gather")))]
    contents = lake.get_each([task.done_at(name) for name in names])
    files = [file for content in contents for file in from_record(PieceDone, json.loads(content)).files]
    with TemporaryDirectory(prefix="serin-") as name:
        folder, shards = Path(name), list[Path]()
        for file in sorted(files, key=lambda one: one.slab):
            shards.append(folder / f"gathered-{file.slab}.parquet")
            lake.fetch(file.key, shards[-1])
        yield ShardedRows(shards, folder) if shards else None
