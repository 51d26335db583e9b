"""The flight model beside `predict`, what its views know online at one moment, and flights to ask about then."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from benches.compiled.packages import Function, released
from benches.flights import DATASETS, function_of, model, with_derived, write_accepted, write_files
from serin.data.features.buckets import buckets_of, buckets_touched
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.data.features.latest import latest_values
from serin.domain.buckets import Bucket, items_id
from serin.domain.features import EntityKey, OnlineValues
from serin.learning.columns import read_columns
from serin.learning.fitting import refit
from serin.learning.pipelines import pipeline_maker
from serin.serving.compiled.kernel import Kernel
from serin.serving.lookups import ViewLookup

MONTHS, ASKED = 2, 3000
PARAMS = {"max_leaf_nodes": 31, "learning_rate": 0.1}


@dataclass(frozen=True)
class FlightWorld:
    """The function; what is known online of the flights; these, as callers ask; and the file of a clock that stands."""

    function: Function
    buckets: Sequence[Bucket]
    values: Sequence[OnlineValues]
    flights: Sequence[Mapping[str, Any]]
    clock: Path


def flight_world(folder: Path, kernel: Kernel) -> FlightWorld:
    """Two months of flights: the model is fitted on them, and the last ones are asked about right after them."""
    folders = model()
    charter = folders.charter
    write_files(folder, MONTHS)
    accepted = write_accepted(folder, *DATASETS)
    rows = training_rows(charter, folders.contracts, accepted, function_of(folders.folder))
    columns = read_columns(to_npz(rows, charter))
    pipeline = pipeline_maker(charter, functions=function_of(folders.folder, "pipeline.py"))
    fitted = refit(columns, charter.task, pipeline, PARAMS)
    code = {file.name: file.read_bytes() for file in folders.folder.glob("*.py")}
    function = released(folder, charter, fitted, columns.table.tail(2000), kernel, code)
    tables = with_derived(accepted)
    now = _newest(tables["flights"], "landed_utc") + timedelta(minutes=1)
    flights = _flights(tables["flights"])
    clock = folder / "clock"
    clock.write_bytes(struct.pack("q", (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) << 1 | 1))
    asked = _asked(flights, now)
    buckets = [bucket for bucket in _buckets(tables) if bucket.key in asked]
    values = [item for item in _values(tables, now) if item.key in asked]
    return FlightWorld(function, buckets, values, flights, clock)


def _newest(table: pl.DataFrame, column: str) -> datetime:
    newest = table[column].max()
    if not isinstance(newest, datetime):
        raise TypeError(newest)
    return newest.astimezone(UTC)


def _flights(flights: pl.DataFrame) -> list[dict[str, Any]]:
    """The last ones, each as a caller asks about it."""
    names = [item.name for item in model().charter.inputs]
    rows = flights.sort("sched_dep_utc").tail(ASKED).select(names).to_dicts()
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]


def _asked(flights: Sequence[Mapping[str, Any]], now: datetime) -> set[EntityKey]:
    """The items that these flights read; others would only take their time to be written."""
    charter = model().charter
    lookups = [ViewLookup(charter, view) for view in charter.features.views]
    return {key for of in lookups for flight in flights for key in of.keys(of.entity(flight), now)}


def _buckets(tables: Mapping[str, pl.DataFrame]) -> list[Bucket]:
    charter, items = model().charter, []
    for view in (view for view in charter.features.views if view.windows):
        key, rows = charter.features.entities[view.entity], tables[view.source]
        items += buckets_of(view, items_id(charter, view), rows, key, (), buckets_touched(view, rows, key), 1)
    return items


def _values(tables: Mapping[str, pl.DataFrame], now: datetime) -> list[OnlineValues]:
    charter, items = model().charter, []
    for view in (view for view in charter.features.views if not view.windows):
        key, rows = charter.features.entities[view.entity], tables[view.source]
        entities = rows.select(key).drop_nulls().unique(maintain_order=True)
        items += latest_values(view, items_id(charter, view), rows, key, (), entities, 1, now)
    return items
