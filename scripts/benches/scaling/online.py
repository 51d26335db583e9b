"""Sampled rows of a training set, asked online at their own time by the product's own way: written, read, looked up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.data.features.as_of import MOMENT
from serin.data.features.cells import by_cell, slab_of
from serin.data.features.joins import ENTITY_KEY
from serin.data.files.parquet import from_parquet
from serin.domain.cut_pieces import CutFile, PieceDone
from serin.domain.cut_sizes import reach_of
from serin.domain.records import from_record
from serin.services.steps.cut_rounds import CutSource
from serin.services.steps.segments import rows_of
from serin.services.steps.spilled import Spilled
from serin.services.steps.view_writer import ViewWriter
from serin.serving.features import FeaturePlan

_DAY = timedelta(days=1)
_ID = ENTITY_KEY + "order_id"


@dataclass(frozen=True)
class Asked:
    """One row of the training set: whom it asked about, when, and what it was told."""

    instance: Mapping[str, Any]
    moment: datetime
    values: Mapping[str, Any]


def asked_online(source: CutSource, rows: int, folder: Path, seed: int = 1) -> dict[str, Any]:
    """Of so many rows drawn by chance those whose online values are the training's to the bit, and those that differ.

    `too_many` are rows of a shop with more events than an item of the online store holds: it says so, and tells no
    values. `known` counts the values that are there at all.
    """
    asked = _sampled(source, rows, seed)
    events = _events(source, asked, folder)
    tally, told = Counter[str](rows=len(asked)), list[str]()
    for one in asked:
        found = _found(source, one, _around(source, events, one))
        if found is None:
            tally["too_many"] += 1
        elif all(found[name] == value for name, value in one.values.items()):
            tally["equal"] += 1
            tally["known"] += sum(value is not None for value in one.values.values())
        else:
            told.append(f"{one.instance} at {one.moment}: {found}, and the training set has {one.values}")
    names = ("rows", "equal", "too_many", "known")
    return {**{name: tally[name] for name in names}, "different": len(told), "first_different": told[:3]}


def _sampled(source: CutSource, rows: int, seed: int) -> list[Asked]:
    shards = _shards(source)
    ends = np.cumsum([file.rows for file in shards])
    chosen = np.sort(np.random.default_rng(seed).choice(ends[-1], min(rows, ends[-1]), replace=False))
    frames = list[pl.DataFrame]()
    for file, end in zip(shards, ends, strict=True):
        its = chosen[(chosen < end) & (chosen >= end - file.rows)] - (end - file.rows)
        if len(its):
            frames.append(from_parquet(source.files.get(file.key))[its])
    table = pl.concat(frames)
    asking = _asking(source, table[_ID])
    names = [f"{view.name}.{name}" for view in source.charter.features.views for name in view.values]
    return [
        Asked(asking[row[_ID]], row[MOMENT], {name: row[name] for name in names})
        for row in table.select(_ID, MOMENT, *names).iter_rows(named=True)
    ]


def _shards(source: CutSource) -> list[CutFile]:
    task, files = source.task, source.files
    names = [item["piece"] for item in json.loads(files.get(task.pieces_at("gather")))]
    done = [from_record(PieceDone, json.loads(files.get(task.done_at(name)))) for name in names]
    return [file for piece in done for file in piece.files]


def _asking(source: CutSource, ids: pl.Series) -> Mapping[Any, Mapping[str, Any]]:
    """What a request of each of these orders says."""
    found = dict[Any, Mapping[str, Any]]()
    for table in _tables(source, source.charter.truth.dataset):
        for row in table.filter(pl.col("order_id").is_in(ids.implode())).iter_rows(named=True):
            found[row["order_id"]] = {name: row[name] for name in ("order_id", "at", "shop", "amount")}
    return found


def _tables(source: CutSource, dataset: str) -> Iterator[pl.DataFrame]:
    head, segments = source.task.heads[dataset], source.task.segments[dataset]
    return rows_of(segments, head.sequence, source.contracts[dataset], lake=source.lake)


def _events(source: CutSource, asked: Sequence[Asked], folder: Path) -> Spilled[int]:
    """What happened in the shops that are asked about, by day, on the disk where memory has no room."""
    events = Spilled[int](folder / "online")
    shops = pl.Series(list({one.instance["shop"] for one in asked}))
    for table in _tables(source, "shops"):
        rows = table.filter(pl.col("shop").is_in(shops.implode()))
        for (day,), members in by_cell(rows, slab_of(rows["seen_at"], _DAY)):
            events.add(day, members)
    return events


def _around(source: CutSource, events: Spilled[int], one: Asked) -> pl.DataFrame:
    """The shop's events as far back as a view looks, and of the rest of that day, which nobody knows of yet."""
    reach = max(reach for view in source.charter.features.views if (reach := reach_of(view)))
    last = int(slab_of(pl.Series([one.moment]), _DAY)[0])
    days = [day for day in range(last - reach // _DAY - 1, last + 1) if day in events]
    shop = pl.col("shop") == one.instance["shop"]
    return pl.concat([events.rows(day).filter(shop) for day in days])


def _found(source: CutSource, one: Asked, rows: pl.DataFrame) -> Mapping[str, Any] | None:
    """What a prediction takes of the row's shop at its moment; None of more events than are kept online."""
    charter, online, clock = source.charter, MemoryOnlineFeatures(), MemoryClock(one.moment)
    ports: dict[str, Any] = {"lake": source.lake, "catalog": source.catalog, "online": online, "clock": clock}
    writer = ViewWriter(charter, source.contracts, source.functions, **ports)
    for view in charter.features.views:
        writer.write(view, rows, writer.touched(view, rows), sequence=1)
    plan = FeaturePlan(charter, {})
    read = online.read(plan.keys([one.instance], one.moment))
    if any(item.too_many for item in read.values()):
        return None
    return plan.row(one.instance, read, one.moment).values
