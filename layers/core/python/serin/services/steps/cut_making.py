"""A training set that is made in pieces, from its plan to its shards: which pieces are next, if any."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from serin.data.features.joins import Functions, views_asked
from serin.data.features.on_demand import on_demand_functions
from serin.data.features.shards import ShardedRows
from serin.domain.charter import Charter
from serin.domain.cut_pieces import TASK, CutTask, Done, PieceDone, dealing, following
from serin.domain.cut_plan import CutPlan, enlarged, plan_training_set
from serin.domain.cut_sizes import ROUNDS, Round
from serin.domain.cuts import Cuts
from serin.domain.datasets import DatasetHead
from serin.domain.experiments import ChampionColumns
from serin.domain.features import views_at_most
from serin.domain.model_source import ModelSource, code_digest
from serin.domain.names import digest
from serin.domain.plain_numbers import how_many
from serin.domain.plan_costs import LastFits, over_ceiling
from serin.domain.records import as_record, from_record, record_digest
from serin.domain.scratch import SCRATCH
from serin.ports import Catalog, Clock, Files, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.cut_rounds import CutSource, most_of_shard, run_piece
from serin.services.steps.folder_store import FolderStore
from serin.services.steps.kept_source import keep_source
from serin.services.steps.known_objects import is_there
from serin.services.steps.last_fits import last_fits
from serin.services.steps.made_with import layer_digest, lock_digest
from serin.services.steps.planned_set import planned_set
from serin.services.steps.table_sizes import Segments, listed, table_sizes


class PiecesWanted(Exception):
    """Raised in place of an answer: pieces have to be run by others, who then ask again, with the task.

    `items` is where the list of all pieces of the round lies, `pieces` those that have not been run; `begun` is the
    task itself, whose place is `task`.
    """

    def __init__(self, task: CutTask, wanted: RoundToRun) -> None:
        super().__init__(f"{how_many(len(wanted.pieces), 'piece')} of {wanted.round}")
        self.begun, self.task = task, task.at(TASK)
        self.round, self.items, self.pieces = wanted.round, wanted.items, wanted.pieces


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
    most = most_of_shard(source) * task.cuts.shards
    pieces = dealing(task) if each == "deal" else following(each, task, over, source.lookups, most)
    for piece in pieces:
        files.put(task.piece_at(piece.name), json.dumps(as_record(piece)).encode())
    names = [piece.name for piece in pieces]
    # The list comes last: whoever finds it finds its pieces.
    files.put(place, json.dumps([{"piece": name} for name in names]).encode())
    return names


Carried = Literal["here", "others", "always_mapped", "always_shared"]
"""Who runs pieces: the process that asks; or where that takes too long others, as the plan has it; or in any case a map
over functions, or jobs that share them."""
FEWEST_JOBS = 2
"""So many jobs share pieces in any case."""


@dataclass(frozen=True)
class MakingInPieces:
    """A training set that is made in pieces, of the datasets up to some heads; `name` is its id.

    `task` is what was begun before, if anything was.
    """

    name: str
    source: ModelSource
    functions: Functions
    heads: Mapping[str, DatasetHead]
    carried: Carried
    task: CutTask | None
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog
    clock: Clock

    def over_ceiling(self) -> str | None:
        """Why it is not begun at all, told before any row is read and as `show_plan` tells it; None where it is."""
        charter, contracts = self.source.charter, self.source.contracts
        if charter.budget.usd_per_month is None:
            return None
        planned = charter, contracts, self.heads, views_at_most(charter), self._last_fits
        plan, _ = planned_set(*planned, catalog=self.catalog, lake=self.lake)
        return over_ceiling(charter.budget, plan.usd, plan.fits)

    @cached_property
    def _last_fits(self) -> LastFits | None:
        # The model's own code may read its runs, but by no index.
        return last_fits(reversed(self.catalog.runs(self.source.charter.model)), catalog=self.catalog)

    def made(self, champion: ChampionColumns | None, wider: Charter) -> CutSource | str:
        """By what it is made, once all pieces are done; or why none is. Raises PiecesWanted where others run them."""
        if self.task is not None:
            return self._carried(self._source(self.task, wider, files=self.lake))
        segments = listed(self.heads, catalog=self.catalog)
        sizes = table_sizes(wider, segments, catalog=self.catalog, lake=self.lake)
        last = self._last_fits
        if self.carried in ("always_mapped", "always_shared"):
            sizes, last = enlarged(sizes), None
        views = views_asked(wider, on_demand_functions(wider, self.functions))
        plan = plan_training_set(wider, sizes, views, last=last)
        if plan.refused:
            return plan.refused
        task = replace(self._begun(plan.cuts, segments, wider), jobs=self._jobs(plan))
        if self.carried == "here" or (self.carried == "others" and plan.carrier == "process"):
            source = self._source(task, wider, files=FolderStore())
            while unfinished := next_round(source):
                for piece in unfinished.pieces:
                    run_piece(source, piece)
            return source
        return self._carried(self._source(self._handed_over(task, champion, wider), wider, files=self.lake))

    def _jobs(self, plan: CutPlan) -> int:
        if self.carried == "always_shared":
            return max(plan.piece_jobs, FEWEST_JOBS)
        return plan.piece_jobs if self.carried == "others" else 0

    def _carried(self, source: CutSource) -> CutSource:
        if unfinished := next_round(source):
            raise PiecesWanted(source.task, unfinished)
        return source

    def _source(self, task: CutTask, wider: Charter, *, files: Files) -> CutSource:
        contracts, functions = self.source.contracts, self.functions
        return CutSource(task, wider, contracts, functions, files=files, lake=self.lake, catalog=self.catalog)

    def _begun(self, cuts: Cuts, segments: Segments, wider: Charter) -> CutTask:
        truth = wider.truth.dataset
        until = accepted_at(truth, self.heads[truth].sequence, catalog=self.catalog)
        files = {name: tuple(parts) for name, parts in segments.items()}
        return CutTask(self.name, wider.model, self.heads, cuts, until, files)

    def _handed_over(self, task: CutTask, champion: ChampionColumns | None, wider: Charter) -> CutTask:
        """The task where others find it, which is the one that was begun first where rows are cut alike."""
        # What pieces write expires after days: nobody finds half of it.
        named = (self.name, wider.digest(), record_digest(task.cuts), layer_digest(), lock_digest("polars"))
        task = replace(
            task,
            folder=digest(*named, f"{self.clock.now():%Y-%m-%d}")[:32],
            charter=self.source.charter.digest(),
            code=code_digest(self.source.code),
            source=keep_source(self.source, lake=self.lake),
            champion=champion,
        )
        if self.lake.put_new(task.at(TASK), json.dumps(as_record(task)).encode()):
            return task
        return task_at(task.at(TASK), lake=self.lake)


def task_at(key: str, *, lake: ObjectStore) -> CutTask:
    """The task at that place; raises NotFound."""
    return from_record(CutTask, json.loads(lake.get(key)))


def keep_rows(source: CutSource, key: str) -> None:
    """Write the rows of a training set whose rounds are over as one file."""
    with made_rows(source) as rows, TemporaryDirectory(prefix=SCRATCH) as name:
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
    with TemporaryDirectory(prefix=SCRATCH) as name:
        folder, shards = Path(name), list[Path]()
        for file in sorted(files, key=lambda one: one.slab):
            shards.append(folder / f"gathered-{file.slab}.parquet")
            lake.fetch(file.key, shards[-1])
        yield ShardedRows(shards, folder) if shards else None
