"""Rows that are cut into cells: kept in memory while they are few, else on this function's own disk."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import polars as pl

from serin.domain import cut_sizes

Cell = TypeVar("Cell", bound=Hashable)
_PARTS = 8
"""What is handed over in one go is about this part of what a function has room for: beside it are its bytes as they are
written, and who reads it cuts it again."""


class Spilled(Generic[Cell]):
    """Rows by cell, in the order they were added; `folder` is where those are that memory has no room for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[Cell, list[pl.DataFrame]] = {}
        self._files: dict[Cell, list[Path]] = {}
        self._size = self._written = 0

    def add(self, cell: Cell, rows: pl.DataFrame) -> None:
        """More rows of a cell."""
        self._held.setdefault(cell, []).append(rows)
        self._size += int(rows.estimated_size())
        if self._size > cut_sizes.ROOM // 2:
            self._spill()

    def cells(self) -> list[Cell]:
        """All that have been added to, in the order of the first rows."""
        return list(dict.fromkeys([*self._files, *self._held]))

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._held or cell in self._files

    def rows(self, cell: Cell) -> pl.DataFrame:
        """All rows of one cell that has been added to."""
        return pl.concat(self._frames(cell))

    def __iter__(self) -> Iterator[tuple[Cell, pl.DataFrame]]:
        """Each cell with its rows; one that is large comes again and again, with the next of them."""
        return ((cell, part) for cell in self.cells() for part in self._parts(cell))

    def _frames(self, cell: Cell) -> Iterator[pl.DataFrame]:
        yield from (pl.read_ipc(file) for file in self._files.get(cell, ()))
        yield from self._held.get(cell, ())

    def _parts(self, cell: Cell) -> Iterator[pl.DataFrame]:
        part, size = list[pl.DataFrame](), 0
        for frame in self._frames(cell):
            part.append(frame)
            size += int(frame.estimated_size())
            if size > cut_sizes.ROOM // _PARTS:
                yield pl.concat(part)
                part, size = [], 0
        if part:
            yield pl.concat(part)

    def _spill(self) -> None:
        self._folder.mkdir(exist_ok=True)
        for cell, frames in self._held.items():
            file = self._folder / f"spilled-{self._written:08}.arrow"
            pl.concat(frames).write_ipc(file, compression="lz4")
            self._files.setdefault(cell, []).append(file)
            self._written += 1
        self._held, self._size = {}, 0
