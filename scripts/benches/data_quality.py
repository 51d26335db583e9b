"""The whole year of flights against its contract, from a cold process: what the check costs, and what it flags."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serin.data.parquet import to_parquet
from serin.data.quality import check
from serin.data.reading import read_table
from serin.domain.records import as_record
from serin.files.models import read_models
from serin_cli.sample import write_sample

ROOT = Path(__file__).parents[2]
LIBRARY, MODELS, DATASET = ROOT / "layers/core/python", ROOT / "models", "flights"
RUNS = 5
# In a process of its own: what it imports, reads and checks is all counted, as a function's cold start would be.
COLD = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from serin.data.parquet import key_columns
from serin.data.quality import check
from serin.data.reading import read_table
from serin.data.rules import Surroundings, rules_of
from serin.domain.contracts import Contract
from serin.domain.records import from_record
folder = Path(sys.argv[1])
contract = from_record(Contract, json.loads((folder / "contract.json").read_text()))
keys = {
    reference: key_columns((folder / f"{reference.dataset}.parquet").read_bytes(), reference.columns)
    for reference in contract.references
}
around = Surroundings(datetime(2014, 1, 2, tzinfo=UTC), keys)
found = check(read_table("flights.csv", (folder / "flights.csv").read_bytes(), contract), contract, around)
cpu_s = time.process_time()
# Not the resource usage, which begins with what the process that started this one had.
peak_kb = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({
    "rules": len(contract.rules) + len(contract.dataset_rules),
    "implied": len(rules_of(contract)) - len(contract.rules),
    "rows": found.rows,
    "set_aside": found.quarantine.height,
    "broken": {**found.rules, **found.warnings},
    "scores": {name: score.value for name, score in found.scorecard.items()},
    "cpu_s": cpu_s,
    "peak_mb": peak_kb / 1024,
}))
"""


def quality(runs: int = RUNS, months: int = 12) -> dict[str, Any]:
    """Medians of the runs' CPU seconds and peak megabytes, and what was found, which is the same in each.

    `rules` are those the contract says itself; the types and required columns it implies are checked too.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder, months)
        found = [_run(folder) for _ in range(runs)]
    medians = {key: round(statistics.median(one[key] for one in found), 3) for key in ("cpu_s", "peak_mb")}
    return {**found[0], **medians}


def _prepare(folder: Path, months: int) -> None:
    """The flights in one file, the contract as functions get it, the other datasets as they lie in the lake."""
    files = write_sample(folder)
    monthly = [file.read_bytes() for file in files if file.name.startswith("2013-")][:months]
    header = monthly[0].partition(b"\n")[0] + b"\n"
    (folder / "flights.csv").write_bytes(header + b"".join(month.partition(b"\n")[2] for month in monthly))
    contracts = next(model.contracts for model in read_models(MODELS) if DATASET in model.contracts)
    (folder / "contract.json").write_text(json.dumps(as_record(contracts[DATASET])))
    for reference in contracts[DATASET].references:
        content = (folder / f"{reference.dataset}.csv").read_bytes()
        other = contracts[reference.dataset]
        rows = check(read_table(reference.dataset, content, other), other).accepted
        (folder / f"{reference.dataset}.parquet").write_bytes(to_parquet(rows))


def _run(folder: Path) -> Mapping[str, Any]:
    command = [sys.executable, "-c", COLD, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(LIBRARY)}
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    found: Mapping[str, Any] = json.loads(ended.stdout)
    return found
