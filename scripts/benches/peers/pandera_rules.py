"""The shared checks of flights in pandera on polars: `pandera_rules.py FOLDER RUNS`.

All failures are collected (lazy), of a frame in memory: of a lazy one pandera checks no values.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

TYPES: dict[str, Any] = {"integer": pl.Int64, "string": pl.String, "timestamp": pl.Datetime("us", "UTC")}
CONDITIONS = {
    "flights.speed.possible": pl.col("distance") / (pl.col("air_time") / 60) <= 700,
    "flights.schedule.agrees": pl.col("sched_dep_time") == pl.col("hour") * 100 + pl.col("minute"),
    "flights.route.somewhere": pl.col("origin") != pl.col("dest"),
}


def read(folder: Path, contract: dict[str, Any]) -> pl.DataFrame:
    """The flights in the contract's types."""
    types: dict[str, Any] = {column["name"]: TYPES[column["type"]] for column in contract["columns"]}
    moments = [name for name, dtype in types.items() if dtype == TYPES["timestamp"]]
    texts = dict.fromkeys(moments, pl.String)
    frame = pl.read_csv(folder / "flights.csv", schema={**types, **texts}, null_values=["NA", ""])
    return frame.with_columns(pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC") for name in moments)


def schema(contract: dict[str, Any], folder: Path) -> pa.DataFrameSchema:
    """The contract's rules as pandera says them."""
    required = {column["name"] for column in contract["columns"] if column.get("required")}
    required |= set(contract["primary_key"])
    checks: dict[str, list[pa.Check]] = {column["name"]: [] for column in contract["columns"]}
    of_rows = []
    for rule in contract["rules"]:
        if rule["kind"] == "condition":
            of_rows.append(_of_row(CONDITIONS[rule["id"]], rule["id"]))
        elif rule["kind"] != "unique":
            checks[rule["columns"][0]].append(_of_column(rule, folder))
    types = {column["name"]: TYPES[column["type"]] for column in contract["columns"]}
    columns = {name: pa.Column(types[name], checks[name], nullable=name not in required) for name in types}
    return pa.DataFrameSchema(columns, checks=of_rows, unique=contract["primary_key"])


def _of_row(holds: pl.Expr, name: str) -> pa.Check:
    return pa.Check(lambda data: data.lazyframe.select(holds), name=name)


def _of_column(rule: dict[str, Any], folder: Path) -> pa.Check:
    kind = rule["kind"]
    if kind == "range":
        return pa.Check.in_range(rule["minimum"], rule["maximum"])
    if kind == "pattern":
        return pa.Check.str_matches(rule["pattern"])
    if kind == "length":
        return pa.Check.str_length(int(rule["minimum"]), int(rule["maximum"]))
    if kind == "one_of":
        return pa.Check.isin(rule["values"])
    key = rule["references"]["columns"][0]
    return pa.Check.isin(pl.read_csv(folder / f"{rule['references']['dataset']}.csv", columns=[key])[key].to_list())


def flagged(folder: Path) -> list[int]:
    """The places of the rows that break a rule, 0 is the first."""
    contract = json.loads((folder / "shared.json").read_text())
    try:
        schema(contract, folder).validate(read(folder, contract), lazy=True)
    except pa.errors.SchemaErrors as error:
        places: list[int] = error.failure_cases["index"].unique().sort().to_list()
        return places
    return []


def main() -> None:
    """Once from a cold process, then as often as was asked."""
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    rows = flagged(folder)
    cpu_s = time.process_time()
    lines = Path("/proc/self/status").read_text().splitlines()
    peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    warm = []
    for _ in range(runs):
        began = time.process_time()
        flagged(folder)
        warm.append(time.process_time() - began)
    print(json.dumps({"rows": rows, "cpu_s": cpu_s, "peak_mb": peak_kb / 1024, "warm_cpu_s": warm}))


if __name__ == "__main__":
    main()
