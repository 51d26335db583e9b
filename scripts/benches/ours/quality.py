"""A file of flights against a contract: `quality.py FOLDER CONTRACT RUNS`.

What is imported, read, checked and written is all counted, as a function's cold start would be.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from serin.data.contract.checked_files import CheckedFile, check_file
from serin.data.contract.rules import Surroundings
from serin.data.files.parquet import from_parquet
from serin.data.files.reading import opened
from serin.data.files.table import ROW
from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Contract, Reference
from serin.domain.records import from_record

NOW = datetime(2014, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """What became of the file, and the places of the rows that were set aside, 0 is the first."""

    contract: Contract
    file: CheckedFile
    rows: list[int]


def checked(folder: Path, name: str) -> Run:
    """The file as `accept_upload` checks it: the contract as functions get it, other datasets' keys from the lake."""
    contract = from_record(Contract, json.loads((folder / f"{name}.json").read_text()))
    keys = {reference: _keys(folder, reference) for reference in contract.references}
    with TemporaryDirectory() as scratch, opened("flights.csv", folder / "flights.csv", contract) as blocks:
        file = check_file(blocks, contract, Surroundings(NOW, keys), Path(scratch))
        numbers = pl.read_parquet(file.quarantine, columns=[ROW])[ROW].to_list() if file.quarantine else []
    # Numbers in a file begin at 1.
    return Run(contract, file, [number - 1 for number in numbers])


def _keys(folder: Path, reference: Reference) -> pl.DataFrame:
    return from_parquet((folder / f"{reference.dataset}.parquet").read_bytes(), reference.columns)


def main() -> None:
    """Once from a cold process, then as often as was asked."""
    folder, name, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    result = checked(folder, name)
    cpu_s = time.process_time()
    # Not the resource usage, which begins with what the process that started this one had.
    lines = Path("/proc/self/status").read_text().splitlines()
    peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    figures = {**_found(result), "cpu_s": cpu_s, "peak_mb": peak_kb / 1024}
    del result
    warm = []
    for _ in range(runs):
        began = time.process_time()
        checked(folder, name)
        warm.append(time.process_time() - began)
    print(json.dumps({**figures, "warm_cpu_s": warm}))


def _found(run: Run) -> Mapping[str, Any]:
    contract, found = run.contract, run.file
    return {
        "rules": len(contract.rules) + len(contract.dataset_rules),
        "implied": len(rules_of(contract)) - len(contract.rules),
        "in": found.tally.rows,
        "broken": {**found.rules, **found.warnings},
        "scores": {dimension: score.value for dimension, score in found.scorecard.items()},
        "rows": run.rows,
    }


if __name__ == "__main__":
    main()
