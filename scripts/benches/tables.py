"""Tables: what packages ship, from `serin init` to a live version, beside scikit-learn; leaks are planted in six."""

from __future__ import annotations

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype
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

GOALS = {"live": 18, "worst_against_sklearn": -0.03, "said_to_be_the_label": 0.02, "index_inputs": 0, "leaks": 6}


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
                outcome = _taken(table, folder, Path(name))
            except (SerinError, NotLive) as error:
                refused[table.name] = str(error)
                continue
        about = {"package": f"{table.package} {numbers[table.package]}", "licence": LICENCES[table.package]}
        tables[table.name] = {**about, "seconds": round(time.monotonic() - began, 1), **outcome}
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
        "numbers_rows": [name for name in columns.table if _numbers_rows(columns.table[name])],
        "skill": round(ours, 4),
        "sklearn_skill": round(theirs, 4),
        "left_out": draft.said["left_out"],
        "warned": [*draft.said["notes"], *judged.warnings],
        **({"leak": table.leak} if table.leak else {}),
    }


def _numbers_rows(values: pd.Series[Any]) -> bool:
    """Whether an input is an index: each whole number of a range once."""
    if not is_numeric_dtype(values) or values.isna().any() or not values.is_unique:
        return False
    return bool(values.max() - values.min() == len(values) - 1)


def _leaks(tables: Mapping[str, Any]) -> dict[str, Any]:
    """What was caught of the leaks; which other columns were held to say the label, or left out for what they are."""
    caught = {
        name: any(_says(figures, one) for one in _OURS) for name, figures in tables.items() if figures.get("leak")
    }
    others = [
        (name, column) for name, figures in tables.items() for column in figures["columns"] if column not in _OURS
    ]
    below = {name: round(figures["skill"] - figures["sklearn_skill"], 4) for name, figures in tables.items()}
    says = {f"{name}.{column}" for name, column in others if _says(tables[name], column)}
    return {
        "leaks": caught,
        "other_columns": len(others),
        "said_to_be_the_label": sorted(says),
        "left_out_for_what_they_are": {
            f"{name}.{column}": tables[name]["left_out"][column]
            for name, column in others
            if column in tables[name]["left_out"] and f"{name}.{column}" not in says
        },
        "index_inputs": [f"{name}.{column}" for name, figures in tables.items() for column in figures["numbers_rows"]],
        "worst_against_sklearn": min(below.items(), key=lambda item: item[1], default=None),
    }


_OURS = (PLANTED, SECOND)
_LABEL_SAID = ("of the label", "known only afterwards", "the label away", "the label's order")


def _says(figures: Mapping[str, Any], column: str) -> bool:
    """Whether a column was left out, or named by a warning, because it may be the label in disguise."""
    reason = figures["left_out"].get(column, "")
    doubts = [note.split() for note in figures["warned"] if any(words in note for words in _LABEL_SAID)]
    return any(words in reason for words in _LABEL_SAID) or any(column in note for note in doubts)


def _shown(figures: Mapping[str, Any]) -> Table:
    table = Table("table", "rows", "s", "skill", "scikit-learn", "left out", "warned", box=None)
    for name, found in figures["tables"].items():
        left_out, warned = ", ".join(found["left_out"]), str(len(found["warned"]))
        skill, theirs = f"{found['skill']:.3f}", f"{found['sklearn_skill']:.3f}"
        table.add_row(name, f"{found['rows']:,}", f"{found['seconds']:.0f}", skill, theirs, left_out, warned)
    return table


if __name__ == "__main__":
    main()
