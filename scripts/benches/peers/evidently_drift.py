"""Weeks of flights against a reference in Evidently: `evidently_drift.py FOLDER RUNS`.

Each column by the method that Evidently chooses itself above 1,000 rows, named, so that nothing is tried out first:
Wasserstein for numbers, Jensen-Shannon for categories. `report` is its public way, `bare` its statistical functions
alone, without report or plots. What both compute once is not counted: imports, reading, types.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import jensenshannon_stat_test, wasserstein_stat_test
from evidently.legacy.core import ColumnType
from evidently.metrics import ValueDrift

Values = dict[str, float]


def by_report(reference: pd.DataFrame, window: pd.DataFrame, numbers: list[str], categories: list[str]) -> Values:
    """Its report over both frames."""
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=categories)
    metrics = [ValueDrift(column=name, method="wasserstein") for name in numbers]
    metrics += [ValueDrift(column=name, method="jensenshannon") for name in categories]
    frames = (Dataset.from_pandas(frame, data_definition=definition) for frame in (window, reference))
    reported = Report(metrics).run(*frames).dict()["metrics"]
    return {name: float(metric["value"]) for name, metric in zip([*numbers, *categories], reported, strict=True)}


def by_functions(reference: pd.DataFrame, window: pd.DataFrame, numbers: list[str], categories: list[str]) -> Values:
    """Its statistical tests called one by one, of the values that are there."""
    metrics = {}
    for name in numbers:
        pair = (reference[name].dropna(), window[name].dropna())
        metrics[name] = float(wasserstein_stat_test(*pair, ColumnType.Numerical, None).drift_score)
    for name in categories:
        pair = (reference[name].dropna(), window[name].dropna())
        metrics[name] = float(jensenshannon_stat_test(*pair, ColumnType.Categorical, None).drift_score)
    return metrics


def binned(reference: pd.DataFrame, window: pd.DataFrame, numbers: list[str]) -> Values:
    """Jensen-Shannon of numbers, for the binning."""
    pairs = {name: (reference[name].dropna(), window[name].dropna()) for name in numbers}
    return {
        name: float(jensenshannon_stat_test(*pair, ColumnType.Numerical, None).drift_score)
        for name, pair in pairs.items()
    }


def timed(of: Callable[..., Values], *arguments: Any) -> tuple[Values, float]:
    """What it finds, and the CPU seconds it takes."""
    began = time.process_time()
    return of(*arguments), time.process_time() - began


def main() -> None:
    """Each week once to warm up, then as often as was asked."""
    warnings.filterwarnings("ignore")
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    columns = json.loads((folder / "columns.json").read_text())
    numbers, categories = columns["numbers"], columns["categories"]
    frames = [pd.read_csv(folder / f"{name}.csv", dtype=dict.fromkeys(numbers, "float64")) for name in columns["files"]]
    reference, windows = frames[0], frames[1:]
    values = [by_report(reference, window, numbers, categories) for window in windows]
    shown: dict[str, Any] = {"values": values, "binned": [binned(reference, window, numbers) for window in windows]}
    for name, of in (("report", by_report), ("bare", by_functions)):
        times = [timed(of, reference, window, numbers, categories)[1] for _ in range(runs) for window in windows]
        shown[name] = times
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
