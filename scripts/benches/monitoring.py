"""Watching: what summaries cost and equal, how often it alarms for nothing, what it tells within two windows, and what
retraining by it brings in a year."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benches.flights import model
from benches.measuring import PROGRESS
from benches.retraining.kinds import streams
from benches.retraining.policy import policy
from benches.watching.cost import cost
from benches.watching.detected import detected
from benches.watching.drift import drift
from benches.watching.estimated import estimated_quality
from benches.watching.power import least_detectable
from benches.watching.run_length import run_length

YEARS, MODELS, SEED = 200, 12, 20130501
STREAMS = 20
YEAR, QUARTER = 51, 13
LAG_1 = {"iid": 0.0, "ar35": 0.35, "ar70": 0.7}
Part = Callable[[bool], Mapping[str, Any]]


def main() -> None:
    """Print the figures of each part, and write them."""
    parser = ArgumentParser(prog="bench monitoring", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--peers", action="store_true", help="measure Evidently too; installs it at first")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; again for another")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"cpu_s": {}}
    for name in arguments.only or PARTS:
        PROGRESS.print(f"[bold]{name}")
        began = time.process_time()
        figures[name] = PARTS[name](arguments.peers)
        figures["cpu_s"][name] = round(time.process_time() - began, 1)
    table = Table("figure", "", box=None)
    for name, value in figures.items():
        table.add_row(name, json.dumps(value, indent=1))
    Console().print(table)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _run_length(_: bool) -> Mapping[str, Any]:
    """With a year's reference; beside it with a quarter's, and with windows of a tenth of the reference's rows."""
    figures: dict[str, Any] = {}
    for name, lag_1 in LAG_1.items():
        PROGRESS.print(f"{YEARS} model-years, lag-1 {lag_1}")
        figures[name] = run_length(lag_1, YEARS, YEAR, SEED)
    figures["quarter"] = {name: run_length(lag_1, YEARS // 4, QUARTER, SEED) for name, lag_1 in LAG_1.items()}
    figures["fewer_rows"] = run_length(LAG_1["ar35"], YEARS // 4, YEAR, SEED, later=30)
    return figures


def _streams(_: bool) -> Mapping[str, Any]:
    """By the committed charter, as flights are."""
    charter = model().charter
    return streams(charter.retraining, charter.training.gate, STREAMS, YEARS)


PARTS: Mapping[str, Part] = {
    "drift": lambda peers: drift(peers=peers),
    "run_length": _run_length,
    "detected": lambda _: {**detected(LAG_1, MODELS, YEAR, SEED), "least_detectable": least_detectable()},
    "cost": lambda _: cost(),
    "estimated_quality": lambda _: estimated_quality(SEED),
    "policy": lambda _: policy(SEED),
    "streams": _streams,
}

if __name__ == "__main__":
    main()
