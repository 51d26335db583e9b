"""Rows that say the opposite: what a broken sensor, or an enemy, would send in as corrections."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from serin.files.replaced import export_file
from serin_cli.year.weeks import MISSING

LATE, EARLY = 45, -10


def poisoned(file: Path, to: Path) -> Path:
    """The flights of a file, late where they were not and punctual where they were late."""
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        rows = [_other(row) for row in reader]
        names = list(reader.fieldnames or ())
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    export_file(to, text.getvalue().encode())
    return to


def _other(row: dict[str, str]) -> dict[str, str]:
    if row["arr_delay"] in MISSING:
        return row
    return {**row, "arr_delay": str(EARLY if float(row["arr_delay"]) >= 15 else LATE)}
