"""One table as six programs wrote it (`scripts/benches/written`); `./scripts/bench formats` has four write it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from benches.format_cells import TABLE, cells_of

FILES = sorted(file for file in TABLE.parent.iterdir() if ".csv" in file.name or file.suffix == ".parquet")


def test_the_files_of_six_writers_are_there() -> None:
    assert len({file.name.partition(".")[0].partition("_")[0] for file in FILES}) == 6


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_each_value_is_the_same_whoever_wrote_it(file: Path, tmp_path: Path) -> None:
    cells = list(cells_of(file, tmp_path))
    assert len(cells) >= 14
    assert {cell.kind: cell.differences for cell in cells if cell.differences} == {}
