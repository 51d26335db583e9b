"""What a piece reads and writes: one file a cell, as they are planned and as they turn out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from serin.data.features.cells import by_cell, fine_of, hashes
from serin.data.files.parquet import from_parquet, to_parquet
from serin.domain.cut_pieces import Content, CutFile, CutTask
from serin.domain.cut_plan import Cut
from serin.ports import Files
from serin.services.steps.spilled import Spilled

Target = tuple[Content, str, int, int]
"""A cell: its content, what that is about, a hash's number and a time's."""


def frames_of(files: Sequence[CutFile], *, store: Files) -> Iterator[pl.DataFrame]:
    """The rows of each file, one after the other."""
    return (from_parquet(content) for content in store.get_each([file.key for file in files]))


class FineParts:
    """What some files hold, cut once more by the hash of a key; `what` tells which files a frame is of."""

    def __init__(self, cut: Cut, key: Sequence[str], folder: Path) -> None:
        self._cut, self._key = cut, list(key)
        self._rows: Spilled[tuple[str, int]] = Spilled(folder)
        self._schemas: dict[str, pl.DataFrame] = {}

    def add(self, what: str, frame: pl.DataFrame) -> None:
        """The rows of one file, which may have none and then tells the types of columns."""
        self._schemas.setdefault(what, frame.clear())
        if frame.is_empty():
            return
        fine = fine_of(hashes(frame, self._key), self._cut.coarse, self._cut.fine)
        for (part,), members in by_cell(frame, fine):
            self._rows.add((what, part), members)

    def parts(self, what: str) -> list[int]:
        """The numbers of the parts in which there are rows of that."""
        return sorted(part for of, part in self._rows.cells() if of == what)

    def rows(self, what: str, part: int) -> pl.DataFrame:
        """The rows of one part; of a part without rows the columns."""
        if (what, part) not in self._rows.cells():
            return self._schemas[what]
        return self._rows.rows((what, part))


def written(
    task: CutTask, piece: str, cells: Iterable[tuple[Target, pl.DataFrame]], *, store: Files
) -> tuple[CutFile, ...]:
    """Each cell as a file of the piece; the same cells are the same files."""
    files = list[CutFile]()
    for (content, of, bucket, slab), rows in cells:
        key = task.at("files", piece, f"{content}-{of or 'all'}-{bucket}-{slab}.parquet")
        store.put(key, to_parquet(rows))
        files.append(CutFile(content, of, bucket, slab, rows.height, key))
    return tuple(files)
