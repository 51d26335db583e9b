"""Tables of any size, of which one shop has most rows, as a lake in a folder that is dealt, derived and gathered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benches.scaling.worlds import CHARTER, CONTRACTS, DAY, START, function
from serin.adapters.memory.catalog import MemoryCatalog
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import size_in_memory, to_parquet, value_ranges
from serin.domain import cut_sizes
from serin.domain.charter import Charter, DatasetUse, View, Window
from serin.domain.cut_pieces import CutTask
from serin.domain.cut_plan import CutPlan, plan_training_set
from serin.domain.cut_sizes import lookups_of
from serin.domain.cuts import Cut, Cuts
from serin.domain.datasets import DatasetHead
from serin.domain.records import as_record, from_record
from serin.domain.segments import Segment
from serin.services.steps.cut_rounds import CutSource
from serin.services.steps.folder_store import FolderStore
from serin.services.steps.table_sizes import sized

DAYS, SHOPS, HEAVY = 365, 5_000, 0.3
FILE_ROWS = 250_000
_TYPES = {name: {column.name: column.type for column in contract.columns} for name, contract in CONTRACTS.items()}
VIEWS = (
    View("seen", "shop", "shops", ("length", "open"), "seen_at", "known_at", 2 * DAY),
    View(
        *("flow", "shop", "shops", (), "seen_at", "known_at", 3 * DAY),
        windows=(
            Window("n", "length", "count", timedelta(hours=6)),
            Window("mean", "takings", "mean", DAY),
            Window("top", "takings", "max", DAY),
        ),
    ),
)


def charter() -> Charter:
    """Two views with an end: a last value, and three windows."""
    uses = tuple(DatasetUse(name, f"contracts/{name}.yaml", types=_TYPES[name]) for name in ("orders", "shops"))
    features = replace(CHARTER.features, views=VIEWS, on_demand={}, defaults={}, model_uses=("amount", "seen", "flow"))
    training = replace(CHARTER.training, window=timedelta(days=DAYS))
    return replace(CHARTER, datasets=uses, features=features, training=training)


def generate(rows: int, folder: Path) -> tuple[CutTask, CutPlan]:
    """Half the rows ask, half are events; the files they lie in, and the plan of what is made of them."""
    return _to_be_cut({name: tuple(_files(name, rows // 2, folder)) for name in ("orders", "shops")}, folder)


def recut(folder: Path, into: Path, room: int) -> tuple[CutTask, CutPlan]:
    """The same files, to be made into a training set in another folder, of pieces with another room."""
    segments = opened(folder).task.segments
    for files in segments.values():
        for file in files:
            (into / file.key).symlink_to((folder / file.key).absolute())
    before, cut_sizes.ROOM = cut_sizes.ROOM, room
    try:
        return _to_be_cut(segments, into)
    finally:
        cut_sizes.ROOM = before


def _to_be_cut(segments: Mapping[str, tuple[Segment, ...]], folder: Path) -> tuple[CutTask, CutPlan]:
    heads = {name: DatasetHead(name, len(files), sum(file.rows for file in files)) for name, files in segments.items()}
    sizes = {name: sized(charter(), name, files) for name, files in segments.items()}
    sizes = {name: replace(size, largest={"shop": HEAVY}) for name, size in sizes.items()}
    plan = plan_training_set(charter(), sizes, VIEWS)
    if plan.carrier == "whole":
        plan = replace(plan, cuts=_as_little_as_may_be(segments))
    task = CutTask("set1", charter().model, heads, plan.cuts, START + 2 * DAYS * DAY, segments)
    (folder / "task.json").write_text(json.dumps(as_record(task)), encoding="utf-8")
    return task, plan


def _as_little_as_may_be(segments: Mapping[str, tuple[Segment, ...]]) -> Cuts:
    """One piece a round and dataset or entity: what a function would make in one go, made by the same rounds."""
    once = Cut(1, 1)
    return Cuts(
        rows=dict.fromkeys(segments, once),
        lookups={lookup.name: once for lookup in lookups_of(charter(), VIEWS)},
        shards=cut_sizes.STREAMED,
        files={name: (len(files),) for name, files in segments.items()},
    )


def opened(folder: Path) -> CutSource:
    """What has been generated, to be made in pieces."""
    task = from_record(CutTask, json.loads((folder / "task.json").read_text(encoding="utf-8")))
    files: Any = FolderStore(folder)
    return CutSource(task, charter(), CONTRACTS, function, files=files, lake=files, catalog=MemoryCatalog())


def tables(source: CutSource) -> Mapping[str, pl.DataFrame]:
    """All rows at once."""
    return {
        name: pl.concat([pl.read_parquet(source.lake.get(one.key)) for one in files])
        for name, files in source.task.segments.items()
    }


def _files(dataset: str, rows: int, folder: Path) -> list[Segment]:
    files = list[Segment]()
    for number, first in enumerate(range(0, rows, FILE_ROWS)):
        table = _rows(dataset, first, min(FILE_ROWS, rows - first), number)
        key = f"{dataset}-{number}.parquet"
        (folder / key).write_bytes(to_parquet(table))
        ranges = value_ranges(table.lazy())
        files.append(Segment(number + 1, number + 1, key, table.height, size_in_memory(table), ranges=ranges))
    return files


def _rows(dataset: str, first: int, rows: int, seed: int) -> pl.DataFrame:
    chance = np.random.default_rng([seed, len(dataset)])
    times = START + pl.Series(chance.integers(0, DAYS * 86_400, rows) * 1_000_000).cast(pl.Duration("us"))
    numbers = np.arange(first, first + rows)
    shop = np.where(chance.random(rows) < HEAVY, 0, chance.integers(1, SHOPS, rows))
    shops = "s" + pl.Series(shop).cast(pl.String)
    sizes, yes = chance.lognormal(3, 2, rows), chance.random(rows) < 0.4
    if dataset == "orders":
        columns = {"order_id": numbers, "at": times, "shop": shops, "amount": sizes, "landed": times, "late": yes}
    else:
        length = chance.integers(0, 500, rows)
        late = times + pl.Series(chance.integers(0, 7_200, rows) * 1_000_000).cast(pl.Duration("us"))
        columns = {"id": numbers, "shop": shops, "seen_at": times, "known_at": late}
        columns |= {"length": length, "open": yes, "takings": sizes}
    return pl.DataFrame(columns).with_columns(pl.col(TIMESTAMP.__class__).cast(TIMESTAMP))
