"""The demo several times over: how long a walk, a start and a rollback take, and a prediction as its caller sees it."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIGURES: dict[str, Callable[[Any], float]] = {
    "seconds": lambda run: run["seconds"],
    "ready_seconds": lambda run: run["ready_seconds"],
    "predict_p50_ms": lambda run: run["predictions"]["p50_ms"],
    "rollback_seconds": lambda run: run["rollback"]["seconds"],
    "auc": lambda run: run["training"]["auc"],
}


def main() -> None:
    """Run the walks one after the other and print the medians."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    runs = [_walk(number, arguments.runs) for number in range(1, arguments.runs + 1)]
    medians = {name: statistics.median(figure(run) for run in runs) for name, figure in FIGURES.items()}
    for name, value in medians.items():
        print(f"{name:18} {value:.3f}")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"runs": len(runs), **medians}, indent=2) + "\n", encoding="utf-8")


def _walk(number: int, of: int) -> Any:
    print(f"walk {number} of {of}", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run(["scripts/demo", "--json", file.name], check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(file.name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
