"""The one sheet of a workbook as CSV, written by openpyxl: run by itself, with that package and none of ours.

Ends with one line that says what was found for a workbook that is no plain sheet.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import NoReturn

import openpyxl  # type: ignore[import-untyped, import-not-found, unused-ignore]

Cell = object


def main(workbook: str, into: str) -> None:
    """Write the sheet."""
    values, formulas = (openpyxl.load_workbook(workbook, data_only=only) for only in (True, False))
    sheets = [sheet for sheet in values.worksheets if sheet.max_row > 1 or sheet.cell(1, 1).value is not None]
    if len(sheets) != 1:
        refuse(f"has {len(sheets)} sheets with values: {', '.join(sheet.title for sheet in sheets)[:200]}")
    sheet = sheets[0]
    if sheet.merged_cells.ranges:
        refuse(f"its sheet {sheet.title} has merged cells, {next(iter(sheet.merged_cells.ranges))}")
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    written = formulas[sheet.title].iter_rows(values_only=True)
    refuse_uncalculated(rows, written)
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    with Path(into).open("w", newline="", encoding="utf-8") as file:
        file.writelines(",".join(map(cell, row)) + "\n" for row in rows)


def cell(value: Cell) -> str:
    """A value as CSV: texts in quotes, for there NA is one; nothing where the cell holds nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return '"' + str(value).replace('"', '""') + '"'


def refuse_uncalculated(rows: Iterable[Sequence[Cell]], written: Iterable[Sequence[Cell]]) -> None:
    """A formula whose result nobody has saved has no value."""
    for number, (values, texts) in enumerate(zip(rows, written, strict=False), 1):
        for value, text in zip(values, texts, strict=False):
            if value is None and isinstance(text, str) and text.startswith("="):
                refuse(f"row {number} has a formula without a result; open it and save it once")
            if isinstance(value, str) and value.startswith("#") and value.endswith(("!", "?", "/A")):
                refuse(f"row {number} has the error {value}")


def refuse(found: str) -> NoReturn:
    """End, and say why."""
    sys.exit(found)


if __name__ == "__main__":
    main(*sys.argv[1:3])
