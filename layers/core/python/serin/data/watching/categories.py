"""How often each text came: exact up to the cap, and a sketch beyond it whose error is known.

The texts whose hashes are below a bound keep counts of their own: the bound is the greatest power of two that leaves at
most as many as the cap. The others are counted on a grid of hashes with as many cells at most. What both hold follows
from the texts alone, and a coarser sketch from a finer one: so counts add up in any order to those of all rows at once.

On the grid texts share cells, and distances come out too small. By how much is known where each text has its own
count, and there hashes lie as anywhere else: see `serin.data.watching.distances.mixed`.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from serin.data.watching.counts import CATEGORY_CAP, CategoryCounts, Floats, Integers, coarser, on_grid, summed

HASH_BITS = 52
_ALL = math.ldexp(1.0, HASH_BITS)


def category_counts(
    names: Sequence[str], counts: Integers, missing: int = 0, cap: int = CATEGORY_CAP
) -> CategoryCounts:
    """Counts of different texts."""
    order = sorted(range(len(names)), key=names.__getitem__)
    whole = CategoryCounts(tuple(names[place] for place in order), counts[order], missing=missing)
    return whole if len(names) <= cap else _sketched([whole], cap)


def added_categories(parts: Iterable[CategoryCounts], cap: int = CATEGORY_CAP) -> CategoryCounts:
    """The counts of all parts' rows."""
    all_parts = list(parts)
    if any(part.cells is not None for part in all_parts):
        return _sketched(all_parts, cap)
    total = _by_name(all_parts)
    missing = sum(part.missing for part in all_parts)
    return category_counts(list(total), np.array(list(total.values()), np.int64), missing, cap)


def hash_of(name: str) -> float:
    """A whole number below 2**52, the same for the same text wherever it is asked."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return float(int.from_bytes(digest, "big") >> (64 - HASH_BITS))


def hashes_of(names: Iterable[str]) -> Floats:
    """The hash of each."""
    return np.array([hash_of(name) for name in names], np.float64)


def _sketched(parts: Sequence[CategoryCounts], cap: int) -> CategoryCounts:
    total = _by_name(parts)
    names, counts = list(total), np.array(list(total.values()), np.int64)
    hashes = hashes_of(names)
    sketches = [(part, part.cells) for part in parts if part.cells is not None]
    bound = _bound(np.sort(hashes), min((part.bound for part, _ in sketches), default=_ALL), cap)
    own = hashes < bound
    width = max((part.width for part, _ in sketches), default=1.0)
    cells, of_cells = summed(
        [coarser(hashes[~own], width), *(coarser(cells, width) for _, cells in sketches)],
        [counts[~own], *(part.counts[len(part.names) :] for part, _ in sketches)],
    )
    cells, of_cells, width = on_grid(cells, of_cells, int(math.log2(width)), HASH_BITS, cap)
    # By their hashes, as the grid is: those that would share a cell lie side by side.
    order = sorted(np.flatnonzero(own).tolist(), key=lambda place: (hashes[place], names[place]))
    return CategoryCounts(
        tuple(names[place] for place in order),
        np.concatenate([counts[order], of_cells]),
        cells,
        width,
        sum(part.missing for part in parts),
        bound,
    )


def _bound(hashes: Floats, most: float, texts: int) -> float:
    """The greatest power of two, `most` at most, that so many of the ascending hashes are below."""
    bound = most
    while np.searchsorted(hashes, bound) > texts:
        bound /= 2
    return bound


def _by_name(parts: Iterable[CategoryCounts]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        # The counts of cells come after those of names.
        total.update(dict(zip(part.names, part.counts.tolist(), strict=False)))
    return total
