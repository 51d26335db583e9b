"""A file of ten million rows scored as a batch: cut, scored part by part in a process of known memory, counted.

The services are those the functions call; buckets are folders. `--rows` makes it shorter, `--runtime scikit-learn` has
every part scored without the compiled model, as a version that has none is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polars as pl

from benches.compiled.batched import leave_version
from infra.limits import BATCH_MEMORY_MB

ROWS = 10_000_000
# One step after the other in a process of its own, as a function has it; the parts follow each other in one.
STEP = """
import json, sys, time
from pathlib import Path
from benches.compiled.batched import STEPS
done = STEPS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({**done, "cpu_s": round(time.process_time(), 1), "peak_mb": int(status["VmHWM"].split()[0]) // 1024}))
"""


def write_rows(table: pl.DataFrame, rows: int, into: Path) -> None:
    """The table again and again; one row in a hundred thousand breaks a rule, and no two copies are alike."""
    copies = -(-rows // table.height)
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    repeated = pl.concat([table.lazy().with_columns(pl.col("distance") + copy / 1024) for copy in range(copies)])
    wrong = pl.when(number % 100_000 == 7).then(pl.lit("long" * 100)).otherwise(pl.col("tailnum"))
    repeated.head(rows).with_columns(wrong.alias("tailnum")).sink_parquet(into, row_group_size=100_000)


def batch(rows: int, runtime: str) -> dict[str, Any]:
    """What each step took, and what became of the rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = leave_version(folder)
        file = folder / "uploads" / "batch" / "flight-delay" / "rows.parquet"
        file.parent.mkdir(parents=True)
        write_rows(table, rows, file)
        planned, scored, finished = (_step(step, folder, runtime) for step in ("plan", "score", "finish"))
        size = file.stat().st_size
    if finished["scored"] + finished["errors"] != rows or not finished["errors"]:
        raise SystemExit(f"{rows:,} rows went in and {finished} came out")
    return {
        "rows": rows,
        "file_mb": size // 1024**2,
        "parts": planned["parts"],
        "scored": finished["scored"],
        "errors": finished["errors"],
        "runtime": finished["runtimes"],
        "plan": {name: planned[name] for name in ("cpu_s", "peak_mb")},
        "score": {name: scored[name] for name in ("cpu_s", "peak_mb")},
        "cpu_s_a_million": round((planned["cpu_s"] + scored["cpu_s"]) / rows * 1e6, 2),
        "memory_mb": BATCH_MEMORY_MB,
    }


def _step(step: str, folder: Path, runtime: str) -> dict[str, Any]:
    command = [sys.executable, "-c", STEP, step, str(folder), runtime]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    made: dict[str, Any] = json.loads(ended.stdout)
    return made


def main() -> None:
    """Print the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runtime", choices=("compiled", "scikit-learn"), default="compiled")
    arguments = parser.parse_args()
    text = json.dumps(batch(arguments.rows, arguments.runtime), indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
