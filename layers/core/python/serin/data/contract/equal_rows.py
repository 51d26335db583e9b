"""Which of an upload's rows are equal to rows of earlier uploads, told by their digests.

What is kept of an upload is a *digest set*: the digests that no row before it had, in order, each with the number of
the upload it came with. A file of n of them is n little-endian 64-bit digests, then n 32-bit numbers. Two are compared
in one pass, of which a piece at a time is in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.contract.digests import DTYPE, Digests
from serin.data.contract.repeated import within
from serin.domain.copies import Repeats
from serin.domain.names import Pieces, digest

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.uint32]
_NUMBER = np.dtype("<u4")
_ENTRY = DTYPE.itemsize + _NUMBER.itemsize
_PIECE = 1_000_000


class EqualRows:
    """An upload's rows as digests in the file's order, and which of them are equal to what they were compared with."""

    def __init__(self, digests: Path) -> None:
        self._file = digests
        self._sorted: Digests = np.sort(np.fromfile(digests, dtype=DTYPE))
        self._equal: Mask = np.zeros(len(self._sorted), dtype=np.bool_)

    @property
    def equal(self) -> int:
        """How many rows are equal to an earlier one."""
        return int(self._equal.sum())

    def distinct(self) -> tuple[int, int]:
        """How many different rows there are, and how many of these are equal to an earlier one."""
        first = self._first()
        return int(first.sum()), int((first & self._equal).sum())

    def compare(self, earlier: Path) -> Counter[int]:
        """Compare with a digest set: how many rows, not equal to any before, are equal to one of each upload in it."""
        copies = Counter[int]()
        for digests, numbers in _pieces(earlier):
            low, high = self._sorted.searchsorted(digests[0]), self._sorted.searchsorted(digests[-1], side="right")
            own = self._sorted[low:high]
            places = np.searchsorted(digests, own)
            now = (digests[places] == own) & ~self._equal[low:high]
            self._equal[low:high] |= now
            uploads, counts = np.unique(numbers[places[now]], return_counts=True)
            copies.update(dict(zip(uploads.tolist(), counts.tolist(), strict=True)))
        return copies

    def within_upload(self) -> Repeats:
        """The upload by itself."""
        return Repeats(len(self._sorted), int(self._repeated().sum()))

    def repeats(self, *, copied: bool) -> Repeats:
        """The upload among all rows so far: without the equal rows where these are copies."""
        if copied:
            return Repeats(len(self._sorted) - self.equal, int((self._repeated() & ~self._equal).sum()))
        return Repeats(len(self._sorted), int((self._repeated() | self._equal).sum()))

    def write_set(self, number: int, merged: Sequence[Path], into: Path) -> int:
        """Write the digest set of this upload, of that number, and of those merged with it; how many digests it has."""
        digests = self._sorted[self._first() & ~self._equal]
        numbers = np.full(len(digests), number, dtype=_NUMBER)
        for file in merged:
            others, theirs = _whole(file)
            # Both are in order already, and no digest is in two sets.
            places = np.searchsorted(digests, others)
            digests, numbers = np.insert(digests, places, others), np.insert(numbers, places, theirs)
        with into.open("wb") as content:
            digests.astype(DTYPE, copy=False).tofile(content)
            numbers.astype(_NUMBER, copy=False).tofile(content)
        return len(digests)

    def order(self) -> str:
        """Names the rows in their order."""
        with self._file.open("rb") as content:
            return digest(Pieces(self._file.stat().st_size, iter(lambda: content.read(_PIECE), b"")))[:16]

    def equal_in_order(self) -> pl.Series:
        """True for each row, in the file's order, that is equal to an earlier upload's."""
        known = np.unique(self._sorted[self._equal])
        return pl.Series(within(self._in_order(), known))

    def first_in_order(self) -> pl.Series:
        """True for each row, in the file's order, that is equal to none before it, in the file or earlier."""
        return pl.Series(self._in_order()).is_first_distinct() & ~self.equal_in_order()

    def _in_order(self) -> Digests:
        return np.fromfile(self._file, dtype=DTYPE)

    def _first(self) -> Mask:
        first = np.ones(len(self._sorted), dtype=np.bool_)
        first[1:] = self._sorted[1:] != self._sorted[:-1]
        return first

    def _repeated(self) -> Mask:
        same = self._sorted[1:] == self._sorted[:-1]
        repeated = np.zeros(len(self._sorted), dtype=np.bool_)
        repeated[1:] |= same
        repeated[:-1] |= same
        return repeated


def _pieces(file: Path) -> Iterator[tuple[Digests, Numbers]]:
    count = file.stat().st_size // _ENTRY
    for start in range(0, count, _PIECE):
        size = min(_PIECE, count - start)
        digests = np.fromfile(file, DTYPE, size, offset=start * DTYPE.itemsize)
        numbers = np.fromfile(file, _NUMBER, size, offset=count * DTYPE.itemsize + start * _NUMBER.itemsize)
        yield digests, numbers


def _whole(file: Path) -> tuple[Digests, Numbers]:
    count = file.stat().st_size // _ENTRY
    digests = np.fromfile(file, DTYPE, count)
    return digests, np.fromfile(file, _NUMBER, count, offset=count * DTYPE.itemsize)
