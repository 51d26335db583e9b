"""Windows side by side: one row of counts a window, one column a value that any of them has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from serin.data.watching.categories import HASH_BITS, added_categories, hashes_of
from serin.data.watching.counts import (
    CAP,
    CATEGORY_CAP,
    CategoryCounts,
    Floats,
    Integers,
    NumberCounts,
    added_numbers,
    coarser,
)
from serin.data.watching.distances import Sample

_FEWEST_CELLS = 2
# The exponent up to which squares of numbers, and sums of these, are finite.
_LARGEST = 500


@dataclass(frozen=True)
class Aligned:
    """`counts` has a row for each window. `values` ascend; of categories they only tell them apart.

    What is said of numbers is said in their own deviations, so very great ones are all smaller here by one factor.
    `width` is that of the grid that all are on, 0 without one; `sample` says which of a grid's categories are told
    apart all the same, where there are enough of them.
    """

    values: Floats
    counts: Integers
    width: float = 0.0
    sample: Sample | None = None

    @cached_property
    def total(self) -> Integers:
        """The counts of all windows together."""
        total: Integers = self.counts.sum(axis=0)
        return total


def aligned_numbers(parts: Sequence[NumberCounts], cap: int = CAP) -> Aligned:
    """Numbers of windows; a cell stands for its middle."""
    whole = added_numbers(parts, cap)
    counts = np.zeros((len(parts), len(whole.cells)), np.int64)
    for row, part in zip(counts, parts, strict=True):
        np.add.at(row, np.searchsorted(whole.cells, coarser(part.cells, whole.width)), part.counts)
    scale = _scale(whole)
    return Aligned((whole.cells + whole.width / 2) * scale, counts, whole.width * scale)


def _scale(whole: NumberCounts) -> float:
    """What makes squares and differences of the numbers finite: a power of two, and 1 for all but the greatest."""
    ends = [abs(end) for end in (whole.minimum, whole.maximum) if end is not None]
    _, exponent = math.frexp(max(ends, default=0.0))
    return math.ldexp(1.0, min(0, _LARGEST - exponent))


def aligned_categories(parts: Sequence[CategoryCounts], cap: int = CATEGORY_CAP) -> Aligned:
    """Categories of windows, in the order of their names; beyond the cap first those told apart, then the cells."""
    whole = added_categories(parts, cap)
    counts = np.zeros((len(parts), len(whole.counts)), np.int64)
    places = {name: place for place, name in enumerate(whole.names)}
    for row, part in zip(counts, parts, strict=True):
        np.add.at(row, _places(part, whole, places), part.counts)
    return Aligned(np.arange(len(whole.counts), dtype=np.float64), counts, whole.width, _sample(whole))


def _places(part: CategoryCounts, whole: CategoryCounts, places: dict[str, int]) -> Integers:
    """In which column of the whole each count of a part belongs."""
    named = np.array([places.get(name, -1) for name in part.names], np.int64)
    if whole.cells is None:
        return named
    shared = np.flatnonzero(named < 0)
    hashes = hashes_of(part.names[place] for place in shared)
    named[shared] = _columns(hashes, whole.cells, whole)
    cells = np.empty(0) if part.cells is None else part.cells
    return np.concatenate([named, _columns(cells, whole.cells, whole)])


def _columns(hashes: Floats, cells: Floats, whole: CategoryCounts) -> Integers:
    found: Integers = len(whole.names) + np.searchsorted(cells, coarser(hashes, whole.width))
    return found


def _sample(whole: CategoryCounts) -> Sample | None:
    """The texts with counts of their own, by the cell that each would lie in; None for too few cells to judge by."""
    if not whole.width or whole.bound < _FEWEST_CELLS * whole.width or not whole.names:
        return None
    starts = np.flatnonzero(np.diff(coarser(hashes_of(whole.names), whole.width), prepend=-1.0)).astype(np.int64)
    cells = round(whole.bound / whole.width)
    return Sample(len(whole.names), starts, cells, round(2.0**HASH_BITS / whole.width) - cells)
