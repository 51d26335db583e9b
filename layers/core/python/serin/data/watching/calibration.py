"""How good a binary model seems to be before truth has come: what its scores meant on the newest rows with truth.

A score is read as the share of positives that rows of such a score had (isotonic regression; Zadrozny and Elkan 2002).
What follows from that for a window is right while only the mix of rows moves, and blind to any change of what a row
means for its label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serin.data.watching.counts import Floats, Integers
from serin.domain.judgement.evidence import Sample

BINS = 100
"""Scores are taken together in so many groups of equal size before they are put in order."""
FEWEST = 200
"""Fewer rows with truth, or fewer than `FEWEST_OF_CLASS` of either class, say too little about what a score means."""
FEWEST_OF_CLASS = 20
_SMALLEST = 1e-6


@dataclass(frozen=True, eq=False)
class Calibration:
    """What scores mean: at each of `scores`, rising, the share of positives `rates`, which never falls; from `rows`."""

    scores: Floats
    rates: Floats
    rows: int

    def of(self, score: Floats) -> Floats:
        """The share of positives that rows of these scores had; between the groups it is interpolated."""
        return np.asarray(np.interp(score, self.scores, self.rates), np.float64)


@dataclass(frozen=True)
class Expected:
    """What a window's scores promise, had its rows the labels that such rows had before."""

    rows: int
    rate: float
    log_loss: float
    roc_auc: float | None


def calibrated(score: Floats, positive: Floats) -> Calibration | None:
    """What scores meant on rows whose truth is known: `positive` is 1 or 0. None where these say too little."""
    hits = int(positive.sum())
    if len(score) < FEWEST or min(hits, len(score) - hits) < FEWEST_OF_CLASS:
        return None
    order = np.argsort(score, kind="stable")
    groups = np.array_split(order, min(BINS, len(score) // FEWEST_OF_CLASS))
    sizes = np.array([len(group) for group in groups], np.float64)
    means = np.array([score[group].mean() for group in groups], np.float64)
    # Half a row on either side: no score ever meant never, or always.
    shares = np.array([(positive[group].sum() + 0.5) / (len(group) + 1) for group in groups], np.float64)
    scores, first = np.unique(means, return_index=True)
    return Calibration(scores, _rising(shares, sizes)[first], len(score))


def expected(calibration: Calibration, score: Floats) -> Expected | None:
    """What these scores promise; None of no rows. `roc_auc` is None where no row may be of one of the classes."""
    if len(score) == 0:
        return None
    rates = calibration.of(score)
    return Expected(len(score), float(rates.mean()), float(losses(rates, score).mean()), _roc_auc(rates, score))


def losses(rates: Floats, score: Floats) -> Floats:
    """The log loss that each row is expected to have."""
    held = np.clip(score, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(-(rates * np.log(held) + (1 - rates) * np.log1p(-held)), np.float64)


def expected_days(calibration: Calibration, score: Floats, day: Integers) -> Sample:
    """The expected log loss as one number a day, whose mean is that of the rows (Cochran 1977, 6.3)."""
    if len(score) == 0:
        return Sample((), 0, ordered=True)
    values = losses(calibration.of(score), score)
    _, of = np.unique(day, return_inverse=True)
    mean = float(values.mean())
    apart = np.bincount(of, weights=values - mean)
    numbers: Sequence[float] = (mean + apart * (len(apart) / len(values))).tolist()
    return Sample(tuple(numbers), len(values), ordered=True)


def _rising(shares: Floats, sizes: Floats) -> Floats:
    """The non-decreasing numbers that are nearest (pool adjacent violators; Ayer and others 1955)."""
    pools: list[list[float]] = []
    for share, size in zip(shares, sizes, strict=True):
        pools.append([float(share), float(size), 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            last, before = pools.pop(), pools.pop()
            size_of = before[1] + last[1]
            pools.append([(before[0] * before[1] + last[0] * last[1]) / size_of, size_of, before[2] + last[2]])
    return np.repeat([pool[0] for pool in pools], [int(pool[2]) for pool in pools])


def _roc_auc(rates: Floats, score: Floats) -> float | None:
    """How likely a positive has a higher score than a negative, where each row is both in part; equal ones are half."""
    _, of = np.unique(score, return_inverse=True)
    positive, negative = np.bincount(of, weights=rates), np.bincount(of, weights=1 - rates)
    pairs = float(positive.sum() * negative.sum())
    below = np.cumsum(negative) - negative / 2
    return float((positive * below).sum()) / pairs if pairs > 0 else None
