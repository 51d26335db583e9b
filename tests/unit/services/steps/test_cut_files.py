"""What a piece hands over: in files that whoever reads them has room for, however large the piece was."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benches.scaling.worlds import START
from serin.domain import cut_sizes
from serin.domain.cut_pieces import CutTask
from serin.domain.cuts import Cuts
from serin.services.steps.cut_files import Target, frames_of, written
from serin.services.steps.folder_store import FolderStore
from serin.services.steps.spilled import Spilled

ROOM, FRAMES, ROWS = 64_000, 40, 500
"""Forty frames of 8 kB, five times as much as there is room for."""


@pytest.mark.parametrize("cells", [1, 3])
def test_no_file_is_larger_than_there_is_room_for_and_the_rows_are_in_order(
    cells: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut_sizes, "ROOM", ROOM)
    task, store, added = CutTask("set1", "late", {}, Cuts(), START, {}), FolderStore(tmp_path), dict[int, list[int]]()
    spilled = Spilled[Target](tmp_path / "spilled")
    for number in range(FRAMES):
        rows = list(range(number * ROWS, (number + 1) * ROWS))
        added.setdefault(number % cells, []).extend(rows)
        spilled.add(("rows", "orders", number % cells, 0), pl.DataFrame({"n": rows, "m": rows}))
    files = written(task, "deal-orders-0", spilled, store=store)
    frames = list(frames_of(files, store=store))
    assert max(frame.estimated_size() for frame in frames) < ROOM
    assert len({file.key for file in files}) == len(files) > cells
    for bucket, rows in added.items():
        its = [frame for file, frame in zip(files, frames, strict=True) if file.bucket == bucket]
        assert pl.concat(its)["n"].to_list() == rows
    assert [file.rows for file in files] == [frame.height for frame in frames]
