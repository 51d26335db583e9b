"""Sums and extremes that are exact, so the same however the values are split, ordered, or come and go."""

from __future__ import annotations

import math
from collections.abc import Sequence


def exact_sum(values: Sequence[float]) -> float | None:
    """The sum of whole or of finite numbers, rounded once to float64; None where it is greater than any of these.

    `serin.data.features.exact_sums` finds the same bits for all moments of a table at once.
    """
    try:
        if isinstance(values[0], float):
            # Adding 0.0 makes of -0.0 the zero it is.
            return math.fsum(values) + 0.0
        return float(sum(values))
    except OverflowError:
        # Loaded when it is needed, which is seldom: it brings decimal numbers along.
        from fractions import Fraction

        # `fsum` gives up where a sum on the way is too great, though the last one may not be.
        try:
            return float(sum(map(Fraction, values), Fraction()))
        except OverflowError:
            return None


def extreme(values: Sequence[float], *, greatest: bool) -> float:
    """The least or the greatest of whole or of finite numbers; of 0.0 and -0.0, which are equal, always 0.0."""
    value = max(values) if greatest else min(values)
    return value + 0.0 if isinstance(value, float) else value
