"""Trainings: runs side by side, one of flights beside bare fits, how far a rerun differs, what the default is worth."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.console import Console

from benches.trained.cloud import on_cloud
from benches.trained.comparing import comparison
from benches.trained.default_skill import default_skill
from benches.trained.overhead import SMALL, overhead

GOALS = {
    "compare": {"queries": 3},
    "overhead": {"proportional": 1.2, "fixed_s": 10},
    "rerun_difference": 0,
    "default_skill": {"worst": -0.03},
}


def main() -> None:
    """Print the figures, and write them."""
    parser = ArgumentParser(prog="bench training", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    cloud, beside = on_cloud(), overhead()
    bare = beside.pop(f"bare_s_of_{SMALL}_months")
    figures: dict[str, Any] = {
        "compare": comparison(),
        "overhead": beside,
        # Beside the same fits, with the starts of the functions' processes and the making of the training set.
        "on_cloud": {"cpu_s": round(cloud.cpu_s, 2), "bare_s": bare, "more_s": round(cloud.cpu_s - bare, 2)},
        "rerun_difference": cloud.difference,
        "rerun": cloud.rerun["repeat"],
        "search": {"trials": cloud.trials, "in_parallel": cloud.in_parallel},
        "default_skill": default_skill(),
        "goals": GOALS,
    }
    Console().print_json(json.dumps(figures))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
