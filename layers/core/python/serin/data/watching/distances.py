"""How far windows are from a reference, from counts alone.

Each function takes shares of rows, one window a row of `window`, over values that ascend; `reference` is one row for
all windows, or one for each. Wasserstein and Jensen-Shannon are what Evidently 0.7 calls "Wasserstein distance
(normed)" and "Jensen-Shannon distance"; `./scripts/bench monitoring --peers` holds them against it.

Evidently takes these two by itself for a reference of more than 1,000 rows with a value: Jensen-Shannon for texts and
for numbers of at most five values, Wasserstein for others. Up to 1,000 it takes p-values (Kolmogorov-Smirnov,
chi-squared, z) that know of no days. It leaves out nulls and what is not finite before it looks, so missing values are
no drift to it, and raises an error for a column without any value. A constant is divided by 0.001. New categories
count, unnamed. Of columns whose type is a whole number its bins are at least 1 wide, which these are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from serin.data.watching.counts import Floats, Integers

LEAST_DEVIATION = 0.001
"""What Evidently divides by at least."""
FEW_VALUES = 20
"""Numbers of at most so many different values in the reference are binned by value."""
SURE = 4.0
"""So many standard errors hold the distance of a sample. Texts are of very different frequency, so 2.6 hold it 95 times
in 100 only (`./scripts/bench monitoring --only drift`)."""


@dataclass(frozen=True)
class Sample:
    """Categories that are told apart where others share the cells of a grid: the first `names` columns of counts.

    Those that would share a cell lie side by side, from each of `starts` on. Their hashes fill `cells` cells of the
    grid, such as have no rows among them, and those of the others `rest`.
    """

    names: int
    starts: Integers
    cells: int
    rest: int


def shares(counts: Integers) -> Floats:
    """Counts as shares of their row; all 0 where the row is empty."""
    total = counts.sum(axis=-1, keepdims=True)
    of_row: Floats = counts / np.maximum(total, 1)
    return of_row


def deviation(values: Floats, reference: Floats) -> Floats:
    """The reference's standard deviation, as of a whole population, and at least 0.001."""
    mean = reference @ values
    apart = values - np.asarray(mean)[..., np.newaxis]
    deviations: Floats = np.maximum(np.sqrt((reference * apart * apart).sum(axis=-1)), LEAST_DEVIATION)
    return deviations


def wasserstein(values: Floats, reference: Floats, window: Floats) -> Floats:
    """The first Wasserstein distance of numbers, in standard deviations of the reference."""
    apart = np.abs(np.cumsum(window - reference, axis=-1)[..., :-1])
    return (apart @ np.diff(values)) / deviation(values, reference)


def jensen_shannon(reference: Floats, window: Floats) -> Floats:
    """The Jensen-Shannon distance with natural logarithms: 0 for equal shares, √ln 2 for no value in common."""
    distance: Floats = np.sqrt(_divergence(reference, window).sum(axis=-1))
    return distance


def mixed(reference: Floats, window: Floats, sample: Sample) -> tuple[Floats, Floats]:
    """The Jensen-Shannon distance of categories beyond the cap, and what it may be off by.

    Its square is a sum over categories, and what a cell adds is less than what its categories would by themselves. How
    much less is known of the cells whose categories are told apart, which are a sample of all by hash: the mean of
    those is added for each of the others (a regression estimator; Cochran 1977, 7.1).
    """
    names = sample.names
    of_column = _divergence(reference, window)
    together = _divergence(
        *(np.add.reduceat(part[..., :names], sample.starts, axis=-1) for part in (reference, window))
    )
    lost = np.add.reduceat(of_column[..., :names], sample.starts, axis=-1) - together
    mean = lost.sum(axis=-1) / sample.cells
    # Cells without rows lose nothing, and count.
    variance = (np.square(lost).sum(axis=-1) - sample.cells * mean**2) / (sample.cells - 1)
    error = sample.rest * np.sqrt(np.maximum(variance, 0.0) * (1 / sample.cells + 1 / sample.rest))
    least = of_column.sum(axis=-1)
    squared = np.minimum(least + sample.rest * mean, math.log(2))
    distance: Floats = np.sqrt(squared)
    lowest = np.sqrt(np.maximum(squared - SURE * error, least))
    off: Floats = np.maximum(distance - lowest, np.sqrt(squared + SURE * error) - distance)
    return distance, off


def above(reference: Floats, window: Floats) -> Floats:
    """How likely a value of the window is above one of the reference, less ½; equal ones count half.

    It sees a move of the middle however heavy the tails are (Mann and Whitney 1947).
    """
    below = np.cumsum(reference, axis=-1) - reference / 2
    likely: Floats = (window * below).sum(axis=-1)
    return likely - 0.5


def binned(values: Floats, counts: Integers) -> Integers:
    """The counts, the first row the reference's and the last the window's, as Evidently bins numbers for its
    Jensen-Shannon distance: by value if the reference has few, else in equal bins over both (Sturges 1926).
    """
    both = counts.sum(axis=0)
    rows, there = int(both.sum()), values[both > 0]
    if np.count_nonzero(counts[0]) <= FEW_VALUES:
        return counts
    bins = max(math.ceil(math.log2(rows) + 1), 1)
    edges = np.linspace(there[0], there[-1], bins + 1)
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bins - 1)
    return np.array([np.bincount(place, of, bins) for of in counts]).astype(np.int64)


def _divergence(reference: Floats, window: Floats) -> Floats:
    """What each column adds to the square of the Jensen-Shannon distance; nothing below 0."""
    middle = (reference + window) / 2
    found: Floats = np.maximum(_relative_entropy(reference, middle) + _relative_entropy(window, middle), 0.0) / 2
    return found


def _relative_entropy(of: Floats, to: Floats) -> Floats:
    there = of > 0
    terms = np.zeros(np.broadcast_shapes(of.shape, to.shape))
    np.log(np.divide(of, to, out=terms.copy(), where=there), out=terms, where=there)
    found: Floats = of * terms
    return found
