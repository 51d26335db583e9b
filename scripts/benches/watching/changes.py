"""What happens to a feature from one window on: a shift, a new category, missing values; and fewer rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from serin.data.watching.categories import category_counts
from serin.data.watching.counts import CategoryCounts, Counts, NumberCounts, number_counts


def shifted(counts: NumberCounts, by: float) -> NumberCounts:
    """All values greater by so much."""
    return number_counts(counts.cells + by, counts.counts, counts.missing)


def with_missing(random: np.random.Generator, counts: Counts, share: float) -> Counts:
    """So many of the values lost."""
    lost = random.binomial(counts.counts, share)
    return replace(counts, counts=counts.counts - lost, missing=counts.missing + int(lost.sum()))


def with_category(random: np.random.Generator, counts: CategoryCounts, share: float) -> CategoryCounts:
    """So many of the values one that never was."""
    moved = random.binomial(counts.counts, share)
    kept = np.append(counts.counts - moved, moved.sum())
    return category_counts([*counts.names, "never seen"], kept, counts.missing)


def thinned(random: np.random.Generator, counts: Counts, share: float) -> Counts:
    """So many of the rows only."""
    kept = random.binomial(counts.counts, share)
    return replace(counts, counts=kept, missing=int(random.binomial(counts.missing, share)))
