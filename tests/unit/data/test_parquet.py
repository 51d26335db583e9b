from __future__ import annotations

import subprocess
import sys

import polars as pl

from serin.data.parquet import from_parquet, to_parquet

FRAME = pl.DataFrame(
    {
        "id": range(50_000),
        "shop": ["north", None] * 25_000,
        "at": pl.Series([1_356_998_400_000_000] * 50_000).cast(pl.Datetime("us", "UTC")),
    }
)


def test_a_frame_comes_back_as_it_was() -> None:
    assert from_parquet(to_parquet(FRAME)).equals(FRAME)
    assert from_parquet(to_parquet(FRAME)).schema == FRAME.schema


def test_equal_frames_give_equal_bytes_however_they_came_about() -> None:
    pieces = pl.concat([FRAME[:10], FRAME[10:33_333], FRAME[33_333:]], rechunk=False)
    assert pieces.n_chunks() == 3
    assert to_parquet(pieces) == to_parquet(FRAME)


def test_another_process_writes_the_same_bytes() -> None:
    program = (
        "import hashlib, polars as pl; from serin.data.parquet import to_parquet;"
        "print(hashlib.sha256(to_parquet(pl.DataFrame({'a': range(1000), 'b': ['x'] * 1000}))).hexdigest())"
    )
    digests = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env).stdout
        for env in ({"PYTHONPATH": ":".join(sys.path), "POLARS_MAX_THREADS": threads} for threads in ("1", "2"))
    }
    assert len(digests) == 1
