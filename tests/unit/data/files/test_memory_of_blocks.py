"""What a file takes in memory follows from its blocks and not from its size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
MEGABYTE = 1024**2
IN_A_PROCESS = """
import json, sys
from pathlib import Path
import polars as pl
from serin.data.contract.checked_files import check_file
from serin.data.files.reading import opened
from serin.data.files.table import Caps
from tests.builders import a_contract
from tests.checking import LATER
def peak():
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
folder, caps, contract = Path(sys.argv[1]), Caps(block=int(sys.argv[2])), a_contract()
before = peak()
with opened("orders.csv", folder / "orders.csv", contract, caps) as blocks:
    found = check_file(blocks, contract, LATER, folder, caps)
print(json.dumps([peak() - before, found.tally.rows, found.tally.accepted]))
"""


def grown(folder: Path, block: int) -> tuple[int, int, int]:
    """By how many megabytes a process grows that looks at the file in such blocks; the rows, and those accepted."""
    command = [sys.executable, "-c", IN_A_PROCESS, str(folder), str(block)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={}, cwd=ROOT)
    megabytes, rows, accepted = json.loads(ended.stdout)
    return megabytes, rows, accepted


def write(folder: Path, rows: int) -> None:
    """So many orders, each thousandth with the key of the one before."""
    with (folder / "orders.csv").open("w") as file:
        file.write("order_id,shop,amount,late,at,note\n")
        file.writelines(
            f"{number - (number % 1000 == 999)},north,{number % 4},true,2013-01-09T10:{number % 60:02}:00Z,"
            f"a note of some length for {number}\n"
            for number in range(rows)
        )


@pytest.mark.slow
def test_a_file_of_ten_blocks_takes_hardly_more_memory_than_one_of_five_and_far_less_than_at_once(
    tmp_path: Path,
) -> None:
    write(tmp_path, 600_000)
    assert (tmp_path / "orders.csv").stat().st_size > 40 * MEGABYTE
    at_once, *_ = grown(tmp_path, 64 * MEGABYTE)
    ten, rows, accepted = grown(tmp_path, 4 * MEGABYTE)
    write(tmp_path, 300_000)
    five, *_ = grown(tmp_path, 4 * MEGABYTE)
    assert (rows, accepted) == (600_000, 599_400)
    assert ten < at_once / 2
    assert ten < 1.5 * five
