"""What a model says beside what is so: rows in the order of their scores, in bins of equal size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from serin.domain.measurements import Bin, estimate_of
from serin.measures.arrays import Floats
from serin.measures.blocks import Blocks

BINS = 10
FEWEST = 20
"""Rows a bin has at least; with fewer rows there are fewer bins."""


def calibration_bins(said: Floats, truth: Floats, blocks: Blocks) -> Iterator[Bin]:
    """At most ten bins; rows of equal scores are never apart, so that the order of rows changes nothing.

    Bins of equal size and not of equal width: each is as sure as the others (Nixon et al. 2019, adaptive bins).
    """
    count = min(BINS, len(said) // FEWEST)
    if count == 0:
        return
    edges = np.quantile(said, np.arange(1, count) / count, method="lower")
    place = np.searchsorted(edges, said, side="left")
    for number in np.unique(place):
        rows = place == number
        estimate = estimate_of(blocks.numbers(truth[rows], rows))
        if estimate is not None:
            yield Bin(float(said[rows].mean()), estimate)
