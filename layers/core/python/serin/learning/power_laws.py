"""What more rows would bring, by what few of them brought: a power law of the rows, with all that is not known of it.

The loss of n rows is taken to be c + a n^-b (Hestness et al. 2017; Viering and Loog 2023). Few points tell neither a
nor b well, so every pair of a grid is weighed by how well it explains the points (Bayes, with flat priors), and the
gain is averaged over all of them. What a fit on n rows shows lies around its law by some share of what e times the rows
would gain there: a parametric fit's loss does so, by the root of two over its parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from serin.domain.judgement.bounds import uncertain
from serin.domain.measurements import LEVEL, Estimate
from serin.measures.arrays import Floats
from serin.measures.blocks import Blocks

_EXPONENTS = (0.05, *(step / 10 for step in range(1, 16)))
_SCATTER = (0.03, 0.1, 0.3)
_GAINS = 101
_REACH = 6.0
"""Gains are looked for as far from the one that was seen as so many of its standard errors."""
_LEAST = 1e-12


def gain_of(worse: Sequence[Floats], rows: Sequence[int], more: int, blocks: Blocks) -> Estimate | None:
    """By how much `more` rows would be better than the last of `rows`, with its interval; None without one.

    `worse` are the losses of the judging rows, each of a fit on as many rows as `rows` says, growing. None for fewer
    than two such fits or two blocks.
    """
    if len(rows) < 2:
        return None
    samples = [blocks.numbers(before - worse[-1]) for before in worse[:-1]]
    sure = [uncertain(sample) for sample in samples]
    errors = [each.error for each in sure if each is not None]
    if len(errors) < len(samples):
        return None
    seen = np.array([np.mean(sample.blocks) for sample in samples])
    numbers = np.array([sample.blocks for sample in samples])
    gains, weights = _weighed(seen, _covariance(numbers, np.array(errors)), np.array(rows, np.float64), more)
    order = np.argsort(gains)
    mass = np.cumsum(weights[order])
    tail = (1 - LEVEL) / 2
    low, high = (float(gains[order][np.searchsorted(mass, at)]) for at in (tail, 1 - tail))
    return Estimate(float(gains @ weights), samples[0].rows, numbers.shape[1], low, high)


def _covariance(numbers: Floats, errors: Floats) -> Floats:
    """Of the means of some numbers of the same blocks, whose own errors are known."""
    spread = numbers - numbers.mean(axis=1, keepdims=True)
    length = np.sqrt((spread**2).sum(axis=1)) + _LEAST
    errors = np.maximum(errors, _LEAST)
    together: Floats = (spread / length[:, None]) @ (spread / length[:, None]).T * np.outer(errors, errors)
    return together + np.diag(errors**2) * 1e-6


def _weighed(seen: Floats, covariance: Floats, rows: Floats, more: int) -> tuple[Floats, Floats]:
    """The gain that each law of the grid says, and how likely the law is by what was seen over the last point."""
    scale = rows / rows[-1]
    reach = abs(seen[0]) + _REACH * float(np.sqrt(covariance[0, 0]))
    whole = np.linspace(-reach, reach, _GAINS)
    gains, likely = list[Floats](), list[Floats]()
    for exponent in _EXPONENTS:
        falls: Floats = scale**-exponent
        # What a law says is in parts of the gain from the first point to the last, which is looked for.
        parts = (falls - 1) / (falls[0] - 1)
        slopes = exponent * falls / (falls[0] - 1)
        further = (1 - (more / rows[-1]) ** -exponent) / (falls[0] - 1)
        for scatter in _SCATTER:
            around = np.diag(slopes[:-1] ** 2) + slopes[-1] ** 2
            likely.append(_likelihoods(seen, whole, parts[:-1], covariance, scatter**2 * around))
            gains.append(whole * further)
    log = np.concatenate(likely)
    weights = np.exp(log - log.max())
    return np.concatenate(gains), weights / weights.sum()


def _likelihoods(seen: Floats, whole: Floats, parts: Floats, covariance: Floats, around: Floats) -> Floats:
    """The log of how likely each gain of the grid makes what was seen, where fits lie around a law by `around`."""
    spread = covariance[None] + whole[:, None, None] ** 2 * around[None]
    apart = seen[None] - whole[:, None] * parts[None]
    solved = np.linalg.solve(spread, apart[..., None])[..., 0]
    _, size = np.linalg.slogdet(spread)
    likely: Floats = -0.5 * ((apart * solved).sum(axis=1) + size)
    return likely
