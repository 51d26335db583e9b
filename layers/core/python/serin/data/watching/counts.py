"""How often each value of a feature came: counts that add up exactly, and stay small.

Up to `CAP` different numbers, and `CATEGORY_CAP` texts, each has its own count. With more, counts are kept of the cells
of a grid whose width is a power of two, the least that leaves at most so many cells with rows. A coarser grid follows
from a finer one, so whatever the order in which counts are added up, they are those of all rows at once. A far outlier
costs one cell, not the resolution of the others, and no number moves by more than half a cell. Of texts see
`serin.data.watching.categories`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
CAP = 2_000
CATEGORY_CAP = 10_000
_MANTISSA = 52


class _Counted:
    """Rows with a value, counted, and how many have none."""

    counts: Integers
    missing: int

    @property
    def present(self) -> int:
        """The rows with a value."""
        return int(self.counts.sum())

    @property
    def rows(self) -> int:
        """All rows."""
        return self.present + self.missing


@dataclass(frozen=True)
class NumberCounts(_Counted):
    """Finite numbers: `counts[i]` rows lie in the cell that begins at `cells[i]` and is `width` wide.

    With `width` 0 the cells are the values. `missing` counts nulls and what is not finite. `minimum` and `maximum` are
    exact, and None without values.
    """

    cells: Floats
    counts: Integers
    width: float = 0.0
    missing: int = 0
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class CategoryCounts(_Counted):
    """Texts: `counts` are those of `names`, and then those of `cells`.

    Up to the cap each text has its name, and there are no cells. Beyond it `names` are the texts whose hashes are below
    `bound`, and of the others each hash lies in a cell that begins at `cells[i]` and is `width` wide.
    """

    names: tuple[str, ...]
    counts: Integers
    cells: Floats | None = None
    width: float = 0.0
    missing: int = 0
    bound: float = 0.0


Counts = NumberCounts | CategoryCounts


def number_counts(values: Floats, counts: Integers, missing: int = 0, cap: int = CAP) -> NumberCounts:
    """Counts of different finite values."""
    order = np.argsort(values)
    ends = (float(values[order[0]]), float(values[order[-1]])) if len(values) else (None, None)
    return _fitted(NumberCounts(values[order] + 0.0, counts[order], 0.0, missing, *ends), cap)


def added_numbers(parts: Iterable[NumberCounts], cap: int = CAP) -> NumberCounts:
    """The counts of all parts' rows."""
    all_parts = list(parts)
    width = max((part.width for part in all_parts), default=0.0)
    cells = [coarser(part.cells, width) for part in all_parts]
    values, counts = summed(cells, [part.counts for part in all_parts])
    lowest = [part.minimum for part in all_parts if part.minimum is not None]
    highest = [part.maximum for part in all_parts if part.maximum is not None]
    missing = sum(part.missing for part in all_parts)
    ends = (min(lowest), max(highest)) if lowest else (None, None)
    return _fitted(NumberCounts(values, counts, width, missing, *ends), cap)


def coarser(cells: Floats, width: float) -> Floats:
    """Where the cells of that width begin in which these cells lie."""
    return np.floor(cells / width) * width if width else cells


def _fitted(whole: NumberCounts, cap: int) -> NumberCounts:
    if len(whole.cells) <= cap or whole.minimum is None or whole.maximum is None:
        return whole
    # Finer than the last bit of the largest value, cells would no longer be numbers.
    finest = math.frexp(max(abs(whole.minimum), abs(whole.maximum)))[1] - _MANTISSA
    if whole.width:
        finest = max(finest, math.frexp(whole.width)[1] - 1)
    widest = math.frexp(max(abs(whole.minimum), abs(whole.maximum)))[1] + 1
    cells, counts, width = on_grid(whole.cells, whole.counts, finest, widest, cap)
    return NumberCounts(cells, counts, width, whole.missing, whole.minimum, whole.maximum)


def on_grid(cells: Floats, counts: Integers, low: int, high: int, cap: int) -> tuple[Floats, Integers, float]:
    """On the finest grid with at most `cap` cells: fewer cells have rows the coarser it is, so halving finds it."""
    while low < high:
        middle = (low + high) // 2
        starts = coarser(cells, math.ldexp(1.0, middle))
        # Cells ascend, so a new one begins where the start changes.
        few = 1 + int(np.count_nonzero(starts[1:] != starts[:-1])) <= cap
        low, high = (low, middle) if few else (middle + 1, high)
    width = math.ldexp(1.0, low)
    return (*summed([coarser(cells, width)], [counts]), width)


def summed(cells: Sequence[Floats], counts: Sequence[Integers]) -> tuple[Floats, Integers]:
    """The different cells of several parts, ascending, and the counts of each."""
    if not cells:
        return np.empty(0), np.empty(0, np.int64)
    values, place = np.unique(np.concatenate(cells), return_inverse=True)
    # Sums of whole numbers below 2**53 are exact as floats.
    return values, np.bincount(place, np.concatenate(counts), len(values)).astype(np.int64)
