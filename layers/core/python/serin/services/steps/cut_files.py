"""What a piece reads and writes: one file a cell, as they are planned and as they turn out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from serin.data.features.cells import by_cell, fine_of, hashes, slab_of
from serin.data.files.parquet import from_parquet, to_parquet
from serin.domain.cut_pieces import Content, CutFile, CutTask
from serin.domain.cuts import Cut
from serin.ports import Files
from serin.services.steps.spilled import Spilled

Target = tuple[Content, str, int, int]
"""A cell: its content, what that is about, a hash's number and a time's."""


def frames_of(files: Sequence[CutFile], *, store: Files) -> Iterator[pl.DataFrame]:
    """The rows of each file, one after the other."""
    contents = store.get_each([file.key for file in files])
    return (_frame(file, content) for file, content in zip(files, contents, strict=True))


def _frame(file: CutFile, content: bytes) -> pl.DataFrame:
    # Pieces of an older release wrote Parquet throughout.
    return from_parquet(content) if file.key.endswith(".parquet") else pl.read_ipc(content)


class FineParts:
    """What some files hold, cut once more by the hash of a key and by time; `what` tells which files a frame is of."""

    def __init__(self, cut: Cut, key: Sequence[str], folder: Path) -> None:
        self._cut, self._key = cut, list(key)
        self._rows: Spilled[tuple[str, int, int]] = Spilled(folder)
        self._schemas: dict[str, pl.DataFrame] = {}

    def add(self, what: str, frame: pl.DataFrame, times: str | None = None) -> None:
        """The rows of one file, which may have none and then tells the types of columns; slabs go by `times`."""
        self._schemas.setdefault(what, frame.clear())
        if frame.is_empty():
            return
        fine = fine_of(hashes(frame, self._key), self._cut.coarse, self._cut.fine)
        slabs = slab_of(frame[times], self._cut.slab) if times else pl.repeat(0, frame.height, eager=True)
        for (part, slab), members in by_cell(frame, fine, slabs):
            self._rows.add((what, part, slab), members)

    def parts(self, what: str) -> list[tuple[int, int]]:
        """The parts in which there are rows of that: by hash, and by slab."""
        return sorted((part, slab) for of, part, slab in self._rows.cells() if of == what)

    def rows(self, what: str, part: int, slab: int = 0, back: int = 0) -> pl.DataFrame:
        """The rows of one part, and of so many slabs before it; the columns alone where there are none."""
        cells = [(what, part, number) for number in range(slab - back, slab + 1)]
        frames = [self._rows.rows(cell) for cell in cells if cell in self._rows]
        return pl.concat(frames) if frames else self._schemas[what]


def written(
    task: CutTask, piece: str, cells: Iterable[tuple[Target, pl.DataFrame]], *, store: Files
) -> tuple[CutFile, ...]:
    """Each cell as files of the piece, one for each time that it comes; the same cells are the same files."""
    files, times = list[CutFile](), Counter[Target]()
    for target, rows in cells:
        content, of, bucket, slab = target
        kept = content == "shard"
        kind, number = "parquet" if kept else "arrow", f"-{times[target]}" if times[target] else ""
        times[target] += 1
        key = task.at("files", piece, f"{content}-{of or 'all'}-{bucket}-{slab}{number}.{kind}")
        store.put(key, to_parquet(rows) if kept else _passed_on(rows))
        files.append(CutFile(content, of, bucket, slab, rows.height, key))
    return tuple(files)


def _passed_on(rows: pl.DataFrame) -> bytes:
    """As the next round reads it, once: in the form that takes least CPU to write and to read, of few rows too."""
    buffer = io.BytesIO()
    rows.rechunk().write_ipc(buffer, compression="lz4")
    return buffer.getvalue()
