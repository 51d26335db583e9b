"""The statistics that a window is judged by, many windows at once."""

from __future__ import annotations

import math

import numpy as np

from serin.data.watching.aligned import Aligned
from serin.data.watching.counts import Floats, Integers
from serin.data.watching.distances import above, deviation, jensen_shannon, mixed, shares, wasserstein
from serin.domain.judgement.watching.evidence import Statistic

Statistics = dict[Statistic, Floats]


def of_numbers(values: Floats, reference: Integers, windows: Integers) -> Statistics:
    """One number a window of each statistic; `reference` has one row, or one for each window."""
    rest, window = shares(reference), shares(windows)
    return {"location": above(rest, window), "shape": wasserstein(values, rest, window)}


def of_categories(reference: Integers, windows: Integers, aligned: Aligned) -> tuple[Statistics, Floats]:
    """One number a window of each statistic, and what its distance may be off by.

    `aligned` says how the counts came about: on a grid new categories cannot be seen.
    """
    rest, window = shares(reference), shares(windows)
    if aligned.sample is not None:
        distance, error = mixed(rest, window, aligned.sample)
        return {"mix": distance}, error
    distance = jensen_shannon(rest, window)
    if aligned.width:
        return {"mix": distance}, math.sqrt(math.log(2)) - distance
    return {"mix": distance, "new": (window * (reference == 0)).sum(axis=-1)}, np.zeros(len(distance))


def noise_of(aligned: Aligned, statistic: Statistic) -> float:
    """What sampling alone brings into a window of one row, by the values of all windows."""
    share = shares(aligned.total)
    if statistic == "location":
        # The variance of a mean of mid-ranks (Mann and Whitney 1947, with ties).
        return float(1 - (share**3).sum()) / 12
    if statistic == "shape":
        below = np.clip(np.cumsum(share)[:-1], 0.0, 1.0)
        spread = float(deviation(aligned.values, share))
        return float(np.sqrt(below * (1 - below)) @ np.diff(aligned.values)) / spread
    if statistic == "mix":
        # 8 n times the squared distance is about chi-squared.
        return math.sqrt((_different(share, aligned) - 1) / 8)
    return 0.0


def _different(share: Floats, aligned: Aligned) -> float:
    """How many categories there are; of a grid by how many have hashes below the bound."""
    if aligned.sample is None:
        return float(np.count_nonzero(share))
    names, cells, rest = aligned.sample.names, aligned.sample.cells, aligned.sample.rest
    return float(np.count_nonzero(share[:names])) * (cells + rest) / cells
