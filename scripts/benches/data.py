"""Data: what checking a year of flights against its contract costs, and what it finds."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benches.data_quality import quality

PARTS: Mapping[str, Callable[[], dict[str, Any]]] = {"quality": quality}


def main() -> None:
    """Print the figures of each part."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    figures = {name: part() for name, part in PARTS.items()}
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
