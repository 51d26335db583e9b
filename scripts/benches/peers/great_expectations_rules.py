"""The shared checks of flights in Great Expectations on pandas: `great_expectations_rules.py FOLDER RUNS`.

As quick as it was found to be: texts as categories (pyarrow's are slower here), what a check would have to compute row
by row as a column beforehand, no bars, no copies and no samples of what is wrong.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

RESULT = {
    "result_format": "COMPLETE",
    "include_unexpected_rows": False,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}
CONDITIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "flights.speed.possible": (gxe.ExpectColumnValuesToBeBetween, {"column": "__speed", "max_value": 700}),
    "flights.schedule.agrees": (
        gxe.ExpectColumnPairValuesToBeEqual,
        {"column_A": "sched_dep_time", "column_B": "__scheduled"},
    ),
    "flights.route.somewhere": (gxe.ExpectColumnValuesToBeInSet, {"column": "__round", "value_set": [False]}),
}


def read(folder: Path, contract: dict[str, Any]) -> pd.DataFrame:
    """The flights in the contract's types, and what its conditions look at."""
    moments = [column["name"] for column in contract["columns"] if column["type"] == "timestamp"]
    texts = {column["name"]: "category" for column in contract["columns"] if column["type"] == "string"}
    frame = pd.read_csv(folder / "flights.csv", parse_dates=moments, dtype=texts)
    frame["__round"] = frame["origin"].astype(object) == frame["dest"].astype(object)
    frame["__speed"] = frame["distance"] / (frame["air_time"] / 60)
    frame["__scheduled"] = frame["hour"] * 100 + frame["minute"]
    return frame


def expectations(contract: dict[str, Any], folder: Path) -> list[Any]:
    """The contract's rules as Great Expectations says them."""
    required = {column["name"] for column in contract["columns"] if column.get("required")}
    required |= set(contract["primary_key"])
    rules: list[Any] = [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in sorted(required)]
    return rules + [_expectation(rule, folder) for rule in contract["rules"]]


def _expectation(rule: dict[str, Any], folder: Path) -> Any:
    kind, columns = rule["kind"], rule["columns"]
    if kind == "condition":
        expectation, parts = CONDITIONS[rule["id"]]
        return expectation(**parts)
    if kind == "unique":
        return gxe.ExpectCompoundColumnsToBeUnique(column_list=columns)
    bounds = {"min_value": rule.get("minimum"), "max_value": rule.get("maximum")}
    if kind == "range":
        return gxe.ExpectColumnValuesToBeBetween(column=columns[0], **bounds)
    if kind == "length":
        return gxe.ExpectColumnValueLengthsToBeBetween(column=columns[0], **bounds)
    if kind == "pattern":
        return gxe.ExpectColumnValuesToMatchRegex(column=columns[0], regex=rule["pattern"])
    values = rule["values"] if kind == "one_of" else _keys(rule["references"], folder)
    return gxe.ExpectColumnValuesToBeInSet(column=columns[0], value_set=values)


def _keys(reference: dict[str, Any], folder: Path) -> list[str]:
    key = reference["columns"][0]
    return list(pd.read_csv(folder / f"{reference['dataset']}.csv", usecols=[key])[key])


def flagged(folder: Path) -> list[int]:
    """The places of the rows that break a rule, 0 is the first."""
    contract = json.loads((folder / "shared.json").read_text())
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("bench").add_dataframe_asset("flights")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": read(folder, contract)})
    suite = gx.ExpectationSuite(name="shared", expectations=expectations(contract, folder))
    rows: set[int] = set()
    for one in batch.validate(suite, result_format=RESULT).results:
        if one.exception_info.get("raised_exception"):
            raise RuntimeError(f"{one.expectation_config}: {one.exception_info}")
        rows.update(one.result.get("unexpected_index_list") or ())
    return sorted(rows)


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
