"""Flights joined with what was known at their moments: `join.py FOLDER RUNS VALUES`.

In turns with polars by hand, from the same tables in memory. What ours finds goes into the file VALUES as numbers,
NaN where nothing was known.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benches.join_views import last_values, windowed
from benches.peers import polars_join
from serin.data.features.views import with_view
from serin.domain.charter import Charter, View
from serin.domain.records import from_record

Tables = Mapping[str, pl.DataFrame]


def joined(charter: Charter, tables: Tables, views: Sequence[View]) -> pl.DataFrame:
    """As `serin.data.features.joins.training_rows` joins."""
    rows = tables["rows"]
    for view in views:
        rows = with_view(rows, view, tables[view.source], charter.features.entities[view.entity])
    return rows


def main() -> None:
    """Ours alone first, for its memory; then in turns."""
    folder, runs, values = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    charter = from_record(Charter, json.loads((folder / "charter.json").read_text()))
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("rows", "flights", "weather", "planes")}
    views = last_values(charter)
    table = joined(charter, tables, views)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    names = [f"{view.name}.{name}" for view in views for name in view.last]
    columns: dict[str, Any] = {name: table[name].cast(pl.Float64).to_numpy() for name in names}
    np.savez(values, **columns)
    took: dict[str, list[float]] = {"ours": [], "polars": [], "windows": []}
    for _ in range(runs):
        took["ours"].append(_cpu_s(lambda: joined(charter, tables, views)))
        took["polars"].append(_cpu_s(lambda: polars_join.joined(tables)))
        took["windows"].append(_cpu_s(lambda: joined(charter, tables, windowed(charter))))
    figures = {"rows": tables["rows"].height, "joined": table.height, "peak_mb": peak_kb / 1024, **took}
    by_hand = polars_join.joined(tables)
    figures["equal_to_polars"] = table.select(names).equals(by_hand.select(names))
    print(json.dumps(figures))


def _cpu_s(work: Callable[[], pl.DataFrame]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
