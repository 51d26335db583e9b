"""The regularised incomplete beta function, by the standard library alone, as a logarithm so that it never vanishes."""

from __future__ import annotations

import math

_TINY = 1e-300
_CLOSE = 1e-15
_STEPS = 20_000


def log_incomplete_beta(a: float, b: float, x: float) -> float:
    """The logarithm of I_x(a, b), by its continued fraction (Lentz; Numerical Recipes 6.4)."""
    if x <= 0 or x >= 1:
        return -math.inf if x <= 0 else 0.0
    if x > (a + 1) / (a + b + 2):
        # Rounding may bring the other tail to 1 or a hair above it.
        return math.log1p(-min(math.exp(log_incomplete_beta(b, a, 1.0 - x)), 1.0 - 1e-16))
    return a * math.log(x) + b * math.log1p(-x) - log_beta(a, b) + math.log(_fraction(a, b, x) / a)


def log_beta(a: float, b: float) -> float:
    """The logarithm of the beta function B(a, b)."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _STEPS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _away_from_zero(1.0 + numerator * d)
            c = _away_from_zero(1.0 + numerator / c)
            change = c * d
            result *= change
        if abs(change - 1.0) < _CLOSE:
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
