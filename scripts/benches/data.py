"""Data: what checking, joining and reading features costs, and, with `--peers`, what others take for the same."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benches.data_join import join
from benches.data_online import online
from benches.data_quality import quality
from benches.measuring import PROGRESS

PARTS: Mapping[str, Callable[..., dict[str, Any]]] = {"quality": quality, "join": join, "online": online}


def main() -> None:
    """Print the figures of each part."""
    parser = ArgumentParser(prog="bench data", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--peers", action="store_true", help="measure other engines too; installs them at first")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; again for another")
    arguments = parser.parse_args()
    figures = {}
    for name in arguments.only or PARTS:
        PROGRESS.print(f"[bold]{name}")
        figures[name] = PARTS[name](peers=arguments.peers)
    Console().print(_table(figures))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table("figure", "", box=None)
    for name, value in _flat(figures):
        table.add_row(name, f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value))
    return table


def _flat(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


if __name__ == "__main__":
    main()
