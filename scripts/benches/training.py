"""Trainings: runs side by side, what one of flights takes beside its bare fits, and what the default is worth."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.console import Console

from benches.trained.comparing import comparison
from benches.trained.default_skill import default_skill
from benches.trained.overhead import overhead

GOALS = {"compare": {"queries": 3}, "overhead": {"proportional": 1.2, "fixed_s": 10}, "default_skill": {"worst": -0.03}}


def main() -> None:
    """Print the figures, and write them."""
    parser = ArgumentParser(prog="bench training", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {
        "compare": comparison(),
        "overhead": overhead(),
        "default_skill": default_skill(),
        "goals": GOALS,
    }
    Console().print_json(json.dumps(figures))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
