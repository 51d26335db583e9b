"""What peers take for the same features, and whether what they wrote of sampled rows is what the library says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benches.measuring import PROGRESS, peer, ratio
from benches.scaling.sizes import VIEWS, charter
from serin.data.features.as_of import MOMENT
from serin.data.features.views import with_view
from serin.domain.cut_sizes import reach_of
from serin.domain.errors import Unavailable

PEERS = {"duckdb": "formats", "pyspark": "pyspark"}
"""Each peer, and the lock of its packages."""
_NAMES = {
    "seen_length": "seen.length",
    "seen_open": "seen.open",
    "n": "flow.n",
    "mean": "flow.mean",
    "top": "flow.top",
}
_LAST = ("seen_length", "seen_open")
_DAY = timedelta(days=1)
_REACH = max(reach for view in VIEWS if (reach := reach_of(view)))
_KEY = ["shop"]


def beside(folder: Path, cpu_s: float, sampled: int) -> dict[str, Any]:
    """`vs_<peer>`, how many times our CPU each peer takes, and what it says of itself; None where it cannot run."""
    figures = dict[str, Any]()
    for name, lock in PEERS.items():
        PROGRESS.print(f"the same features by {name}")
        ran = _ran(name, lock, folder)
        if "cpu_s" in ran:
            ran |= {"values": compared(folder, name, sampled)}
        figures |= {f"vs_{name}": ratio(ran["cpu_s"], cpu_s) if "cpu_s" in ran else None, name: ran}
    return figures


def _ran(name: str, lock: str, folder: Path) -> dict[str, Any]:
    try:
        return dict(peer(lock, f"{name}_features", folder))
    except Unavailable as error:
        return {"missing": str(error)}


def compared(folder: Path, name: str, rows: int, seed: int = 1) -> dict[str, Any]:
    """Of so many rows that a peer wrote, drawn by chance: how many are ours, and the first that are not.

    The library is asked without what peers do not know: each event is known when it happens, and no view is too old to
    count nothing. A last value is not compared where several events of that moment may be it: `tied` are such rows.
    """
    written = pl.scan_parquet(_files(folder / f"{name}.parquet"))
    count = written.select(pl.len()).collect().item()
    chosen = pl.Series(np.sort(np.random.default_rng(seed).choice(count, min(rows, count), replace=False)))
    theirs = written.with_row_index("__at").filter(pl.col("__at").is_in(chosen.implode())).collect(engine="streaming")
    asked = _asked(folder, theirs["order_id"])
    theirs = asked.select("order_id").join(theirs, on="order_id", how="left", maintain_order="left")
    told = _told(folder, asked)
    tied = told["__tied"]
    same = pl.repeat(value=True, n=asked.height, dtype=pl.Boolean, eager=True)
    for column, ours in _NAMES.items():
        equal = _equal(theirs[column], told[ours])
        same &= (equal | tied) if column in _LAST else equal
    different = [
        f"{theirs.select('order_id', *_NAMES).row(place)}, and ours are {told.select(_NAMES.values()).row(place)}"
        for place in same.not_().arg_true()
    ]
    known = sum(int(told[ours].is_not_null().sum()) for ours in _NAMES.values())
    return {
        "rows": asked.height,
        "equal": int(same.sum()),
        "tied": int(tied.sum()),
        "known": known,
        "first_different": different[:3],
    }


def _files(written: Path) -> list[Path]:
    return sorted(written.glob("*.parquet")) if written.is_dir() else [written]


def _equal(theirs: pl.Series, ours: pl.Series) -> pl.Series:
    """Nothing is nothing, and numbers may differ in their last digits: peers' sums are not exact."""
    if ours.dtype == pl.Boolean:
        return theirs.eq_missing(ours)
    left, right = theirs.cast(pl.Float64), ours.cast(pl.Float64)
    near = (left - right).abs() <= 1e-9 * right.abs()
    return near.fill_null(left.is_null() & right.is_null())


def _asked(folder: Path, orders: pl.Series) -> pl.DataFrame:
    table = pl.scan_parquet(folder / "orders-*.parquet").filter(pl.col("order_id").is_in(orders.implode()))
    asked = table.select("order_id", *_KEY, (pl.col("at") - charter().features.moment.before).alias(MOMENT)).collect(
        engine="streaming"
    )
    return asked.sort("order_id")


def _told(folder: Path, asked: pl.DataFrame) -> pl.DataFrame:
    """The rows with the library's values, and whether several events of one moment are the newest."""
    needed = asked.select(
        *_KEY,
        pl.date_ranges((pl.col(MOMENT) - _REACH).dt.date(), pl.col(MOMENT).dt.date()).alias("__day"),
    )
    needed = needed.explode("__day").unique()
    events = (
        pl.scan_parquet(folder / "shops-*.parquet")
        .with_columns(pl.col("seen_at").dt.date().alias("__day"))
        .join(needed.lazy(), on=[*_KEY, "__day"], how="semi")
        .select(pl.exclude("__day"))
        .with_columns(pl.col("seen_at").alias("known_at"))
        .collect(engine="streaming")
        .sort("id")
    )
    told = asked
    for view in VIEWS:
        told = with_view(told, view, events, _KEY)
    times = events.group_by(*_KEY, "seen_at").len("__events").sort("seen_at")
    newest = told.select(*_KEY, MOMENT).sort(MOMENT)
    newest = newest.join_asof(times, left_on=MOMENT, right_on="seen_at", by=_KEY, check_sortedness=False)
    newest = newest.unique([*_KEY, MOMENT])
    told = told.join(newest, on=[*_KEY, MOMENT], how="left", maintain_order="left")
    return told.with_columns(
        pl.col("flow.n").fill_null(0), (pl.col("__events") > 1).fill_null(value=False).alias("__tied")
    )
