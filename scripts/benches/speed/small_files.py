"""Small files that are put at once: how soon all are accepted, and what they and all they cause cost."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from infra.local.cloud import LocalCloud
from infra.local.wiring import ACCOUNT
from infra.names import Names
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin_cli.sample import write_sample
from serin_cli.year.meter import cpu_seconds

FILES, ROWS = 30, 100
_LOOK_S = 0.1
_PATIENCE_S = 300


def small_files(cloud: LocalCloud, names: Names) -> dict[str, float]:
    """`files_s` until the last of them is accepted; `file_cpu_s` of one, to where nothing moves any more."""
    s3, bucket = boto3.client("s3", **cloud.client), names.bucket("uploads", ACCOUNT, cloud.region)
    catalog = DynamoCatalog(RecordTable(boto3.client("dynamodb", **cloud.client), names.table("catalog")))
    files = _files()
    began, spent = time.monotonic(), cpu_seconds()
    for number, content in enumerate(files):
        s3.put_object(Bucket=bucket, Key=f"raw/flights/{number}.csv", Body=content)
    while len(taken := catalog.latest_uploads("flights", FILES).items) < FILES:
        assert time.monotonic() - began < _PATIENCE_S, f"{len(taken)} of {FILES} files were looked at"
        time.sleep(_LOOK_S)
    took_s = time.monotonic() - began
    assert {upload.status for upload in taken} == {"accepted"}
    cloud.settle()
    return {"files_s": took_s, "file_cpu_s": (cpu_seconds() - spent) / FILES}


def _files() -> list[bytes]:
    """Flights of January, so many in each."""
    with TemporaryDirectory() as folder:
        month = next(path for path in write_sample(Path(folder)) if path.name == "2013-01.csv")
        header, *lines = month.read_bytes().splitlines(keepends=True)
    return [header + b"".join(lines[at * ROWS : (at + 1) * ROWS]) for at in range(FILES)]
