"""Trainings: runs side by side, and what a training of flights takes beside its bare fits."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.console import Console

from benches.trained.comparing import comparison
from benches.trained.overhead import overhead

GOALS = {"compare": {"queries": 3}, "overhead": {"proportional": 1.2, "fixed_s": 10}}


def main() -> None:
    """Print the figures, and write them."""
    parser = ArgumentParser(prog="bench training", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"compare": comparison(), "overhead": overhead(), "goals": GOALS}
    Console().print_json(json.dumps(figures))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
