"""Flights and what was known of their planes, carriers and weather: rows that are lost, values, and what it costs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benches.flights import DATASETS, model, with_derived, write_accepted, write_files
from benches.join_views import as_words, last_values, windowed
from benches.measuring import Found, interleaved, median, ours, peer, ratio
from serin.data.features.as_of import MOMENT
from serin.data.files.parquet import to_parquet
from serin.domain.records import as_record

ROUNDS, RUNS = 3, 7


def join(*, peers: bool, rounds: int = ROUNDS, runs: int = RUNS, months: int = 12) -> dict[str, Any]:
    """What became of every accepted flight, joined with four views: one of them static, three with a ttl.

    `cpu_s` and what is compared with it is the join alone, of tables in memory, in a process that has done it before.
    `windows_cpu_s` is the same rows joined with the model's views that count over windows.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder, months)
        who: dict[str, Callable[[], Found]] = {"ours": partial(ours, "join", folder, runs, folder / "ours.npz")}
        who["truth"] = partial(ours, "join_truth", folder, folder / "truth.npz")
        if peers:
            who["feast"] = partial(peer, "feast_bench", "feast_join", folder, folder / "feast.npz")
        measurements = interleaved(rounds, who)
        mine = measurements["ours"]
        figures = {
            "rows": mine[0]["rows"],
            "lost": mine[0]["rows"] - mine[0]["joined"],
            "equal_to_merge_asof": _equal_share(folder, "truth") == 1,
            "equal_to_polars": all(one["equal_to_polars"] for one in mine),
            "views": len(last_values(model().charter)),
            "cpu_s": median(mine, "ours"),
            "times_polars": ratio(median(mine, "ours"), median(mine, "polars")),
            "windows": len(windowed(model().charter)),
            "windows_cpu_s": median(mine, "windows"),
            "peak_mb": median(mine, "peak_mb"),
        }
        if peers:
            theirs = measurements["feast"]
            figures["vs_feast"] = ratio(median(theirs, "cpu_s"), figures["cpu_s"])
            costs = {key: median(theirs, key) for key in ("cpu_s", "peak_mb", "rows")}
            figures["feast"] = {**costs, "equal_values": _equal_share(folder, "feast")}
    return figures


def _equal_share(folder: Path, other: str) -> float:
    """Of all values, the share that is the same, nothing where nothing is."""
    with np.load(folder / "ours.npz") as ours_, np.load(folder / f"{other}.npz") as theirs:
        if sorted(ours_) != sorted(theirs):
            raise ValueError(f"{sorted(ours_)} are no {sorted(theirs)}")
        return float(np.mean([_equal(ours_[name], theirs[name]) for name in ours_]))


def _equal(one: Any, other: Any) -> Any:
    return np.mean((one == other) | (np.isnan(one) & np.isnan(other)))


def _prepare(folder: Path, months: int) -> None:
    """Tables as `training_rows` has them when it begins to join; views in words that a peer understands."""
    write_files(folder, months)
    charter = model().charter
    (folder / "charter.json").write_text(json.dumps(as_record(charter)))
    (folder / "views.json").write_text(json.dumps(as_words(charter, last_values(charter))))
    tables = with_derived(write_accepted(folder, *DATASETS))
    moment = charter.features.moment
    rows = tables["flights"].with_columns((pl.col(moment.column) - moment.before).alias(MOMENT))
    key = model().contracts["flights"].primary_key
    tables["rows"] = rows.sort(MOMENT, *key, maintain_order=True)
    for name, table in tables.items():
        (folder / f"{name}.parquet").write_bytes(to_parquet(table))
