"""The scales on which statistics of windows vary evenly, so that a mean and a standard deviation describe them.

Days multiply a distance and a share's odds rather than add to them: distances are taken as logarithms, shares as
logits.
"""

from __future__ import annotations

import math

from serin.domain.judgement.watching.evidence import Reference, Statistic

SHARES: tuple[Statistic, ...] = ("missing", "new")
DISTANCES: tuple[Statistic, ...] = ("shape", "mix")
LEAST_DISTANCE = 0.001
"""Less is as good as nothing."""


def evened(reference: Reference, value: float) -> float:
    """The value on its statistic's even scale; a share is at least half a row away from none and from all."""
    if reference.statistic in SHARES:
        half = half_a_row(reference)
        held = min(max(value, half), 1 - half)
        return math.log(held / (1 - held))
    return math.log(max(value, LEAST_DISTANCE)) if reference.statistic in DISTANCES else value


def backed(reference: Reference, value: float) -> float:
    """The value back in its statistic's own unit."""
    if reference.statistic in SHARES:
        return 1 / (1 + math.exp(-value))
    return math.exp(min(value, 700.0)) if reference.statistic in DISTANCES else value


def sampling_variance(reference: Reference, mean: float, rows: float) -> float:
    """The variance on the even scale that a window of so many rows has by sampling alone, where it is known."""
    if reference.statistic in SHARES:
        share = min(max(backed(reference, mean), half_a_row(reference)), 1 - half_a_row(reference))
        return 1 / (max(rows, 1.0) * share * (1 - share))
    return reference.noise / max(rows, 1.0) if reference.statistic not in DISTANCES else 0.0


def half_a_row(reference: Reference) -> float:
    """Half a row of a typical window, as a share."""
    return 0.5 / max(reference.rows, 2.0)
