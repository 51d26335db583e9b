"""Size: files of more than 2 GB through accept_upload, in a process whose memory is looked at."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from infra.limits import ACCEPT_MEMORY_MB, ACCEPT_SECONDS
from serin_cli.sample import write_sample

ROOT = Path(__file__).parents[2]
GIGABYTE = 10**9
FIRST_YEAR = 1990
REPEATED = 1000
# One object goes in, and everything that the function does to it is counted: reading, checking, writing.
COLD = """
import dataclasses, json, sys, time
from pathlib import Path
began = time.monotonic()
from benches.size_ports import send
upload = send(Path(sys.argv[1]), sys.argv[2])
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "status": upload.status, "reason": upload.reason,
    "rows": upload.rows, "accepted": upload.accepted, "quarantined": upload.quarantined, "broken": upload.rules,
    "cpu_s": round(time.process_time(), 1), "seconds": round(time.monotonic() - began, 1),
    "peak_mb": int(status["VmHWM"].split()[0]) // 1024,
}))
"""


def write_years(file: Path, size: int) -> int:
    """A year of flights again and again, each time of another year, and then some of the first rows; how many rows."""
    rows = 0
    with tempfile.TemporaryDirectory() as name, file.open("wb") as into:
        months = [month for month in write_sample(Path(name)) if month.name.startswith("2013-")]
        header, _, _ = months[0].read_bytes().partition(b"\n")
        body = b"\n" + b"".join(month.read_bytes().partition(b"\n")[2] for month in months)
        into.write(header)
        for year in range(FIRST_YEAR, FIRST_YEAR + 100):
            into.write(_of_year(body, year).rstrip())
            rows += body.count(b"\n") - 1
            if into.tell() >= size:
                break
        into.write(b"\n".join(_of_year(body, FIRST_YEAR).split(b"\n")[: REPEATED + 1]))
    return rows + REPEATED


def _of_year(body: bytes, year: int) -> bytes:
    """The same flights in another year; the last evening's are of the next year in UTC."""
    following = body.replace(b",2014-", b",next-").replace(b",2013-", b",%d-" % year)
    return following.replace(b",next-", b",%d-" % (year + 1)).replace(b"\n2013,", b"\n%d," % year)


def _as_it_is(csv: Path, into: Path) -> None:
    os.link(csv, into)


def _packed(csv: Path, into: Path) -> None:
    with csv.open("rb") as file, gzip.open(into, "wb", 1) as packed:
        shutil.copyfileobj(file, packed, 2**20)


def _parquet(csv: Path, into: Path) -> None:
    pl.scan_csv(csv, infer_schema=False, null_values="NA").sink_parquet(into)


KINDS: Mapping[str, tuple[str, Callable[[Path, Path], None]]] = {
    "csv": ("flights.csv", _as_it_is),
    "gzip": ("flights.csv.gz", _packed),
    "parquet": ("flights.parquet", _parquet),
}


def measure(kind: str, csv: Path, folder: Path) -> dict[str, Any]:
    """What becomes of the file in this form, and what it takes."""
    name, write = KINDS[kind]
    (folder / "uploads/raw/flights").mkdir(parents=True, exist_ok=True)
    file = folder / "uploads/raw/flights" / name
    write(csv, file)
    command = [sys.executable, "-c", COLD, str(folder), f"raw/flights/{name}"]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    bytes_ = file.stat().st_size
    file.unlink()
    return {"bytes": bytes_, **json.loads(ended.stdout)}


def size(bytes_: int, kinds: list[str]) -> dict[str, Any]:
    """The figures of each kind of file, and what the function has."""
    with tempfile.TemporaryDirectory() as name:
        csv = Path(name) / "years.csv"
        rows = write_years(csv, bytes_)
        figures = {kind: measure(kind, csv, Path(name)) for kind in kinds}
    return {
        "csv_bytes": bytes_,
        "written_rows": rows,
        "memory_mb": ACCEPT_MEMORY_MB,
        "limit_s": ACCEPT_SECONDS,
        **figures,
    }


def main() -> None:
    """Print the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--bytes", type=float, default=2.2 * GIGABYTE)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    arguments = parser.parse_args()
    text = json.dumps(size(int(arguments.bytes), arguments.kinds), indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
