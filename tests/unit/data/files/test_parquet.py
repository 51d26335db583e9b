from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from serin.data.files.parquet import from_parquet, size_in_memory, to_parquet

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


@pytest.mark.slow
def test_another_process_writes_the_same_bytes() -> None:
    program = (
        "import hashlib, polars as pl; from serin.data.files.parquet import to_parquet;"
        "print(hashlib.sha256(to_parquet(pl.DataFrame({'a': range(1000), 'b': ['x'] * 1000}))).hexdigest())"
    )
    digests = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env).stdout
        for env in ({"POLARS_MAX_THREADS": threads} for threads in ("1", "2"))
    }
    assert len(digests) == 1


def test_the_size_of_rows_in_memory_is_eight_bytes_a_value_and_sixteen_and_its_own_a_text() -> None:
    frame = pl.DataFrame({"number": range(1000), "text": [f"text number {n:04} é" for n in range(1000)]})
    assert size_in_memory(frame) == 1000 * (8 + 16 + 19)
    # Of a few rows of many too, which hold on to the texts of all.
    assert size_in_memory(frame.filter(pl.col("number") < 10)) == 10 * (8 + 16 + 19)
    assert size_in_memory(frame.select("number")) == 8000
