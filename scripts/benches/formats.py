"""Formats: one table as several programs write it, read by its contract: every value must be the same, row for row.

pandas, polars, DuckDB and Arrow write it on the spot; what PostgreSQL and a spreadsheet wrote is recorded (`written/`).
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benches.format_cells import RECORDED, TABLE, Cell, cells_of
from benches.measuring import peer


def main() -> None:
    """Print the matrix; ends with 1 when a value differs."""
    parser = ArgumentParser(prog="bench formats", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    figures, cells = formats()
    Console().print(_table(cells))
    Console().print(*(f"{name}: {figures[name]}" for name in ("writers", "formats", "types", "cells", "differences")))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    raise SystemExit(figures["differences"] > 0)


def formats() -> tuple[dict[str, Any], list[Cell]]:
    """How many writers, formats, types and cells there are, and of how many values of a cell another was read.

    A cell is a type of column in a format of a writer that can hold it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        versions = dict(peer("formats", "formats_writers", TABLE, folder)) | RECORDED
        for file in TABLE.parent.glob("*.csv*"):
            if file.name.partition(".")[0].partition("_")[0] in RECORDED:
                shutil.copyfile(file, folder / file.name)
        for file in [*folder.glob("*.csv")]:
            packed = folder / f"{file.name}.gz"
            if not packed.exists():
                packed.write_bytes(gzip.compress(file.read_bytes()))
        cells = [cell for file in sorted(folder.iterdir()) for cell in cells_of(file, folder)]
    figures = {
        "writers": len({cell.writer for cell in cells}),
        "formats": len({cell.format for cell in cells}),
        "types": len({cell.kind for cell in cells}),
        "cells": len(cells),
        "differences": sum(cell.differences for cell in cells),
        "values": sum(cell.values for cell in cells),
        "versions": versions,
        "different": [f"{cell.writer} {cell.format} {cell.kind}" for cell in cells if cell.differences],
    }
    return figures, cells


def _table(cells: list[Cell]) -> Table:
    kinds = dict.fromkeys(cell.kind for cell in cells)
    table = Table("writer", "format", "types", "cannot hold", "differ", box=None)
    for writer, form in sorted({(cell.writer, cell.format) for cell in cells}):
        own = {cell.kind: cell.differences for cell in cells if (cell.writer, cell.format) == (writer, form)}
        differ = ", ".join(kind for kind, count in own.items() if count)
        table.add_row(writer, form, str(len(own)), ", ".join(kind for kind in kinds if kind not in own), differ)
    return table


if __name__ == "__main__":
    main()
