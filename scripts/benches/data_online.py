"""Looking up the features of flights online: what the client pays, and how often it asks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from benches.flights import DATASETS, model, with_derived, write_accepted, write_files
from benches.join_views import last_values
from benches.measuring import Found, Rounds, interleaved, median, ours, peer, ratio
from benches.online_table import online_table
from serin.data.features.latest import latest_values
from serin.domain.charter import Charter, View
from serin.domain.records import as_record

SIZES, ROUNDS, CALLS, FLIGHTS = (1, 10, 100), 3, 40, 300
Tables = Mapping[str, pl.DataFrame]


def online(
    *, peers: bool, rounds: int = ROUNDS, calls: int = CALLS, months: int = 12, flights: int = FLIGHTS
) -> dict[str, Any]:
    """By how many flights are asked about at once, with the weather, the plane and what it did last of each.

    `cpu_ms` is what a process that has asked before spends, `requests` what it sends; another plane in every row.
    """
    with tempfile.TemporaryDirectory() as name, online_table() as environment:
        folder = Path(name)
        _prepare(folder, months, flights)
        sizes = ",".join(map(str, SIZES))
        ask: dict[str, Callable[..., Found]] = {"ours": partial(ours, "online", folder, environment=environment)}
        if peers:
            ask["feast"] = partial(peer, "feast_bench", "feast_online", folder, environment=environment)
        for one in ask.values():
            one("1", 0, "--write")
        measurements = interleaved(rounds, {name: partial(one, sizes, calls) for name, one in ask.items()})
    return {str(size): _figures(measurements, str(size)) for size in SIZES}


def _figures(measurements: Rounds, size: str) -> dict[str, Any]:
    by_size = {name: [one[size] for one in runs] for name, runs in measurements.items()}
    mine = by_size["ours"]
    cpu_s = median(mine, "cpu_s")
    figures = {"requests": mine[0]["requests"], "cpu_ms": cpu_s * 1000, "known": _known(mine[0]["values"])}
    if "feast" in by_size:
        theirs = by_size["feast"]
        figures["vs_feast"] = ratio(median(theirs, "cpu_s"), cpu_s)
        figures["feast_cpu_ms"] = median(theirs, "cpu_s") * 1000
        figures["same_values"] = mine[0]["values"] == theirs[0]["values"]
    return figures


def _known(rows: list[Mapping[str, Any]]) -> float:
    """The share of values that are not null."""
    values = [value for row in rows for value in row.values()]
    return sum(value is not None for value in values) / len(values)


def _prepare(folder: Path, months: int, flights: int) -> None:
    """A charter of these views alone, what is known of the flights' entities at one moment, and the flights."""
    write_files(folder, months)
    tables = with_derived(write_accepted(folder, *DATASETS))
    charter = _charter()
    now = tables["weather"]["time_hour"].max()
    if not isinstance(now, datetime):
        raise TypeError(now)
    known = {view.name: _known_by(now, view, charter, tables[view.source]) for view in charter.features.views}
    asked = _asked(known, tables["flights"], now, flights)
    contents = {
        "charter": as_record(charter),
        "now": now.isoformat(),
        "instances": asked,
        "views": {name: _of(asked, items) for name, items in known.items()},
    }
    (folder / "online.json").write_text(json.dumps(contents))


def _charter() -> Charter:
    charter = model().charter
    views = last_values(charter)[:3]
    names = tuple(view.name for view in views)
    return replace(charter, features=replace(charter.features, views=views, model_uses=names, on_demand={}))


def _known_by(now: datetime, view: View, charter: Charter, source: pl.DataFrame) -> list[dict[str, Any]]:
    """The view's last values that were known by then; numbers are floats, as Feast has them."""
    key = charter.features.entities[view.entity]
    wanted = source.select(key).drop_nulls().unique(maintain_order=True)
    return [
        {
            "key": dict(zip(key, values.key.values, strict=True)),
            "event": values.event_time.isoformat() if values.event_time else None,
            "values": {name: None if value is None else float(value) for name, value in values.values.items()},
        }
        for item in latest_values(view, view.name, source, key, (), wanted, 1, now)
        if (values := item.at(now)) is not None
    ]


def _asked(known: Mapping[str, list[dict[str, Any]]], flights: pl.DataFrame, now: datetime, most: int) -> list[Any]:
    """The next flights of planes that are registered and have landed lately, each plane once."""
    fresh = {tuple(item["key"].values()) for item in known["landing"] if _age(item, now) < timedelta(days=6)}
    fresh &= {tuple(item["key"].values()) for item in known["plane"]}
    planes = [plane for (plane,) in sorted(fresh)]
    latest = flights.filter(pl.col("tailnum").is_in(planes)).sort("time_hour", "tailnum")
    return latest.unique("tailnum", keep="last", maintain_order=True).select("tailnum", "origin").tail(most).to_dicts()


def _age(item: Mapping[str, Any], now: datetime) -> timedelta:
    return now - datetime.fromisoformat(item["event"])


def _of(asked: list[Any], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of the entities that are asked about."""
    return [item for item in items if any(item["key"].items() <= row.items() for row in asked)]
