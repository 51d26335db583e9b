"""Where a limit must lie so that two windows in a row are beyond it as rarely as was promised.

Windows vary around a mean with a standard deviation, both known from `windows` windows of the reference only. What the
reference got wrong meets both windows alike, and neighbours are correlated: each alone makes "twice in a row" likelier
than the square of once. Both are in the chance that is held against the promise.
"""

from __future__ import annotations

import math
from functools import lru_cache

from serin.domain.judgement.student import t_quantile

MOST = 8.0
"""A limit of more deviations than this sees nothing: with so few windows, a promise is not kept but bought."""
_POINTS = 60
_SPAN = 8.0
# Gauss-Legendre on (0, 1), 8 points (Abramowitz and Stegun, table 25.4).
_NODES = (
    0.0198550718,
    0.1016667613,
    0.2372337950,
    0.4082826788,
    0.5917173212,
    0.7627662050,
    0.8983332387,
    0.9801449282,
)
_WEIGHTS = (
    0.0506142681,
    0.1111905172,
    0.1568533229,
    0.1813418917,
    0.1813418917,
    0.1568533229,
    0.1111905172,
    0.0506142681,
)


@lru_cache(maxsize=4096)
def deviations(chance: float, windows: int, correlation: float) -> float:
    """How many standard deviations from the mean the limit lies, at most `MOST`; that for fewer than three windows."""
    if windows < 3 or chance_of_two(MOST, windows, correlation) > chance:
        return MOST
    low, high = 0.0, MOST
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if chance_of_two(middle, windows, correlation) > chance else (low, middle)
    return high


@lru_cache(maxsize=4096)
def chance_of_two(limit: float, windows: int, correlation: float) -> float:
    """How likely two windows in a row are above a limit, nothing having changed; 1 for fewer than three windows."""
    if windows < 3:
        return 1.0
    df, of_mean = freedom(windows, correlation), 1 / _independent(windows, correlation)
    # Both windows are compared with the same mean, so its error is common to them.
    spread, common = math.sqrt(1 + of_mean), (correlation + of_mean) / (1 + of_mean)
    width = _SPAN / math.sqrt(2 * df)
    step = (1 + width - max(0.0, 1 - width)) / _POINTS
    total = weights = 0.0
    for point in range(_POINTS):
        deviation = max(0.0, 1 - width) + (point + 0.5) * step
        weight = math.exp((df - 1) * math.log(deviation) - df * (deviation * deviation - 1) / 2)
        total, weights = total + weight * _both_above(limit * deviation / spread, common), weights + weight
    return total / weights


def freedom(windows: int, correlation: float) -> float:
    """The degrees of freedom of a standard deviation from windows so correlated (Bartlett 1935)."""
    squared = correlation * correlation
    return max(windows * (1 - squared) / (1 + squared) - 1, 1.0)


@lru_cache(maxsize=4096)
def one_of_forty(windows: int, correlation: float) -> float:
    """How many standard deviations a window lies from the mean once in 40 times, on one side."""
    of_mean = 1 / _independent(windows, correlation)
    return t_quantile(0.975, freedom(windows, correlation)) * math.sqrt(1 + of_mean)


def _independent(windows: int, correlation: float) -> float:
    """How many independent windows tell as much of the mean as so many correlated ones."""
    return max(windows * (1 - correlation) / (1 + correlation), 1.0)


def _both_above(limit: float, correlation: float) -> float:
    """Two standard normals above the same limit (Genz 2004, equation 3)."""
    alone = math.erfc(limit / math.sqrt(2)) / 2
    angle = math.asin(correlation)
    within = math.fsum(
        weight * math.exp(-limit * limit / (1 + math.sin(angle * node)))
        for node, weight in zip(_NODES, _WEIGHTS, strict=True)
    )
    return alone * alone + angle * within / (2 * math.pi)
