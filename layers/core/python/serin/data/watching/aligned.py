"""Windows side by side: one row of counts a window, one column a value that any of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from serin.data.watching.counts import (
    CAP,
    CATEGORY_CAP,
    CategoryCounts,
    Floats,
    Integers,
    NumberCounts,
    added_categories,
    added_numbers,
    coarser,
    hash_of,
)


@dataclass(frozen=True)
class Aligned:
    """`counts` has a row for each window. `values` ascend; of categories they only tell them apart.

    `width` is that of the grid that all are on, 0 without one.
    """

    values: Floats
    counts: Integers
    width: float = 0.0

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
    return Aligned(whole.cells + whole.width / 2, counts, whole.width)


def aligned_categories(parts: Sequence[CategoryCounts], cap: int = CATEGORY_CAP) -> Aligned:
    """Categories of windows, in the order of their names or hashes."""
    whole = added_categories(parts, cap)
    counts = np.zeros((len(parts), len(whole.counts)), np.int64)
    places = {name: place for place, name in enumerate(whole.names)}
    for row, part in zip(counts, parts, strict=True):
        if whole.cells is None:
            row[[places[name] for name in part.names]] = part.counts
        else:
            cells = np.array([hash_of(name) for name in part.names]) if part.cells is None else part.cells
            np.add.at(row, np.searchsorted(whole.cells, coarser(cells, whole.width)), part.counts)
    return Aligned(np.arange(len(whole.counts), dtype=np.float64), counts, whole.width)
