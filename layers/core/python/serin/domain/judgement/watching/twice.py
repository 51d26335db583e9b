"""Where a limit must lie so that two windows in a row are beyond it as rarely as was promised.

Windows vary around a mean with a standard deviation, both known from `windows` windows of the reference only. What the
reference got wrong meets both windows alike, and neighbours are correlated: each alone makes "twice in a row" likelier
than the square of once. Both are in the chance that is held against the promise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

from serin.domain.judgement.student import t_quantile

MOST = 8.0
"""A limit of more deviations than this sees nothing: with so few windows, a promise is not kept but bought."""
_POINTS, _NEAR = 60, 1e-6
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
    if chance_of_two(0.0, windows, correlation) <= chance:
        return 0.0
    return _where(lambda limit: math.log(chance_of_two(limit, windows, correlation) / chance))


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
    total, weights, joint = 0.0, 0.0, _joint(common)
    for point in range(_POINTS):
        deviation = max(0.0, 1 - width) + (point + 0.5) * step
        weight = math.exp((df - 1) * math.log(deviation) - df * (deviation * deviation - 1) / 2)
        total, weights = total + weight * _both_above(limit * deviation / spread, joint), weights + weight
    return total / weights


def _where(excess: Callable[[float], float]) -> float:
    """Where a falling function, positive at 0 and not at `MOST`, is no more positive, to a millionth.

    By the secant between two ends (Dowell and Jarratt 1971, "Illinois"), over squares: the logarithm of a chance is
    nearly a line there, so that a few steps do what halving needs twenty for.
    """
    (low, above), (high, below) = (0.0, excess(0.0)), (MOST * MOST, excess(MOST))
    at, before, moved = MOST, 0.0, 0.0
    while abs(at - before) > _NEAR / 4 and below < 0:
        middle = high - below * (high - low) / (below - above)
        before, at = at, math.sqrt(middle)
        excesses = excess(at)
        # An end that stays a second time would never move: it counts half.
        half = 0.5 if excesses * moved > 0 else 1.0
        if excesses > 0:
            low, above, below = middle, excesses, below * half
        else:
            high, below, above = middle, excesses, above * half
        moved = excesses
    at += _NEAR / 2
    while excess(at) > 0:
        at += _NEAR
    return min(at, MOST)


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


def _joint(correlation: float) -> Sequence[tuple[float, float]]:
    """What two standard normals so correlated have in common, node by node: a factor, and what it is multiplied by."""
    angle = math.asin(correlation)
    nodes = zip(_NODES, _WEIGHTS, strict=True)
    return [(angle * weight / (2 * math.pi), 1 / (1 + math.sin(angle * node))) for node, weight in nodes]


def _both_above(limit: float, joint: Sequence[tuple[float, float]]) -> float:
    """Two standard normals above the same limit (Genz 2004, equation 3)."""
    alone, square = math.erfc(limit / math.sqrt(2)) / 2, -limit * limit
    return alone * alone + math.fsum(factor * math.exp(square * by) for factor, by in joint)
