"""Tables: what packages ship, from `serin init` to a live version, beside scikit-learn; leaks are planted in six."""

from __future__ import annotations

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benches.shipped.catalogue import LICENCES, TABLES, Shipped, content, packages, versions
from benches.shipped.leaks import PLANTED, SECOND, planted
from benches.shipped.newcomer import drafted
from benches.shipped.platform import NotLive, Platform
from benches.shipped.skill import skills
from serin.domain.errors import SerinError
from serin.learning.splits import holdout_of
from serin.services.steps.training_columns import training_columns

GOALS = {"live": 18, "below_sklearn": 0.03, "wrongly_left_out": 0.02, "leaks": 6}


def main() -> None:
    """Take each table through, print what became of it, and write it."""
    parser = ArgumentParser(prog="bench tables", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these tables, instead of all")
    arguments = parser.parse_args()
    chosen = [table for table in TABLES if not arguments.only or table.name in arguments.only]
    figures = measured(chosen)
    Console().print(_shown(figures))
    for name, reason in figures["refused"].items():
        Console().print(f"{name}: {reason}")
    Console().print({name: value for name, value in figures.items() if name not in ("tables", "refused", "packages")})
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measured(chosen: list[Shipped]) -> dict[str, Any]:
    """What became of each table."""
    folder, tables, refused = packages(), {}, {}
    numbers = versions(folder)
    for table in chosen:
        Console(stderr=True).print(table.name)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            try:
                found = _taken(table, folder, Path(name))
            except (SerinError, NotLive) as error:
                refused[table.name] = str(error)
                continue
        about = {"package": f"{table.package} {numbers[table.package]}", "licence": LICENCES[table.package]}
        tables[table.name] = {**about, "seconds": round(time.monotonic() - began, 1), **found}
    return {"tables": tables, "live": len(tables), "refused": refused, **_leaks(tables), "goals": GOALS}


def _taken(table: Shipped, packages: Path, folder: Path) -> dict[str, Any]:
    """From the file to a live version: its rows, its skill, and what was said of its columns."""
    whole = content(table, packages)
    if table.leak:
        whole = planted(whole, table.label, table.leak)
    file = folder / (f"{table.name}.csv.gz" if table.file.endswith(".gz") else f"{table.name}.csv")
    file.write_bytes(whole)
    draft = drafted(table, file, folder)
    platform = Platform(draft)
    rows = platform.upload(file.name, whole)
    judged = platform.train()
    version = platform.release()
    columns = training_columns(judged.training_set, lake=platform.lake)
    ours, theirs = skills(columns, draft.model.charter.task, holdout_of(judged.training_set), judged.scores)
    contract = next(iter(draft.model.contracts.values()))
    return {
        "rows": rows,
        "version": version,
        "columns": [column.name for column in contract.columns if column.name != draft.model.charter.truth.label],
        "inputs": list(draft.model.charter.features.model_uses),
        "skill": round(ours, 4),
        "sklearn_skill": round(theirs, 4),
        "left_out": draft.said["left_out"],
        "warned": [*draft.said["notes"], *judged.warnings],
        **({"leak": table.leak} if table.leak else {}),
    }


def _leaks(tables: Mapping[str, Any]) -> dict[str, Any]:
    """What was caught of the leaks, and which other columns were left out or warned of."""
    caught = {
        name: _marked(found, PLANTED) or _marked(found, SECOND) for name, found in tables.items() if found.get("leak")
    }
    others = [(name, column) for name, found in tables.items() for column in found["columns"] if column not in _OURS]
    marked = [f"{name}.{column}" for name, column in others if _marked(tables[name], column)]
    below = {name: found["skill"] - found["sklearn_skill"] for name, found in tables.items()}
    return {
        "leaks": {name: bool(found) for name, found in caught.items()},
        "other_columns": len(others),
        "others_marked": marked,
        "worst_against_sklearn": min(below.items(), key=lambda item: item[1], default=None),
    }


_OURS = (PLANTED, SECOND)


def _marked(found: Mapping[str, Any], column: str) -> bool:
    """Whether a column was left out, or named by a warning that it may say the label."""
    doubted = [note for note in found["warned"] if _SAYS_LABEL in note or "known only afterwards" in note]
    return column in found["left_out"] or any(column in note.split() for note in doubted)


_SAYS_LABEL = "of the label"


def _shown(figures: Mapping[str, Any]) -> Table:
    table = Table("table", "rows", "s", "skill", "scikit-learn", "left out", "warned", box=None)
    for name, found in figures["tables"].items():
        left_out, warned = ", ".join(found["left_out"]), str(len(found["warned"]))
        skill, theirs = f"{found['skill']:.3f}", f"{found['sklearn_skill']:.3f}"
        table.add_row(name, f"{found['rows']:,}", f"{found['seconds']:.0f}", skill, theirs, left_out, warned)
    return table


if __name__ == "__main__":
    main()
