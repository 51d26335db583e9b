"""Flights with their weather, as benches of watching use them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from benches.flights import write_accepted, write_files

MOMENT = "time_hour"
BEGIN = datetime(2013, 1, 1, tzinfo=UTC)
NUMBERS = (
    "temp", "wind_speed", "precip", "visib", "dewp", "humid", "pressure", "arr_delay", "dep_delay", "air_time",
    "distance", "hour", "minute", "sched_dep_time", "flight", "constant",
)  # fmt: skip
CATEGORIES = ("carrier", "origin", "dest", "tailnum")
FEATURES = (*NUMBERS, *CATEGORIES)
BEYOND_CAP = ("flight",)
"""More different values than are counted one by one."""
REFERENCE_DAYS, WEEKS = 308, 3
_WEATHER = ("origin", MOMENT, "temp", "wind_speed", "precip", "visib", "dewp", "humid", "pressure")


def flights(folder: Path) -> pl.DataFrame:
    """The year's accepted flights with the weather of their hour, oldest first."""
    write_files(folder, 12)
    tables = write_accepted(folder, "flights", "weather")
    weather = tables["weather"].select(_WEATHER).unique(("origin", MOMENT), keep="first", maintain_order=True)
    whole = tables["flights"].join(weather, on=("origin", MOMENT), how="left").with_columns(constant=pl.lit(1.0))
    return whole.select(MOMENT, pl.col(NUMBERS).cast(pl.Float64), *CATEGORIES).sort(MOMENT)


def write_weeks(whole: pl.DataFrame, folder: Path) -> Mapping[str, object]:
    """A reference and the weeks after it, as CSV files for others and Parquet files for us, and what they are."""
    end = BEGIN + timedelta(days=REFERENCE_DAYS)
    ends = [BEGIN, *(end + timedelta(days=7 * week) for week in range(WEEKS + 1))]
    names = ["reference", *(f"week_{week}" for week in range(WEEKS))]
    for name, first, last in zip(names, ends, ends[1:], strict=False):
        rows = whole.filter(pl.col(MOMENT).is_between(first, last, closed="left"))
        rows.write_parquet(folder / f"{name}.parquet")
        rows.write_csv(folder / f"{name}.csv")
    columns = {
        "numbers": NUMBERS,
        "categories": CATEGORIES,
        "files": names,
        "begin": BEGIN.isoformat(),
        "end": end.isoformat(),
    }
    (folder / "columns.json").write_text(json.dumps(columns))
    return columns
