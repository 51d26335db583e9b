"""Between which limits a statistic lies while nothing has changed.

Windows of the reference show how much a statistic varies by itself, days and weeks included, which no test that counts
rows as independent knows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from serin.domain.judgement.watching.evidence import Reference, Statistic
from serin.domain.judgement.watching.scales import DISTANCES, SHARES, backed, evened, sampling_variance
from serin.domain.judgement.watching.twice import chance_of_two, deviations, one_of_forty

SMALLEST = {"location": 0.01, "shape": 0.01, "mix": 0.01, "missing": 0.01, "new": 0.01}
"""The least change that is worth an alarm, however sure it is."""
TWO_SIDED: tuple[Statistic, ...] = ("location", "missing")
_PRIOR_WINDOWS = 30
_HIGHEST_CORRELATION = 0.9
_STEP = 0.05


@dataclass(frozen=True)
class Limits:
    """A window beyond `upper`, or below `lower`, is unusual; in the statistic's own unit.

    `chance` is how likely a false alarm is at the end of a window, both sides together.
    """

    upper: float
    lower: float | None
    mean: float
    chance: float

    def side(self, value: float) -> int:
        """1 above, -1 below, 0 within."""
        if value > self.upper:
            return 1
        return -1 if self.lower is not None and value < self.lower else 0


def limits(reference: Reference, chance: float, rows: float) -> Limits:
    """The limits for a window of so many rows; fewer rows than the reference's windows have, wider limits."""
    statistic, count = reference.statistic, len(reference.windows)
    sides = 2 if statistic in TWO_SIDED else 1
    mean, deviation, correlation = spread(reference)
    by = deviations(chance / sides, count, correlation)
    more = sampling_variance(reference, mean, rows) - sampling_variance(reference, mean, reference.rows)
    deviation = math.sqrt(deviation**2 + max(more, 0.0))
    upper, lower = backed(reference, mean + by * deviation), backed(reference, mean - by * deviation)
    if statistic in DISTANCES:
        upper += reference.noise * max(0.0, 1 / math.sqrt(max(rows, 1.0)) - 1 / math.sqrt(reference.rows))
    middle, least = backed(reference, mean), SMALLEST[statistic]
    below = min(lower, middle - least) if sides == 2 else None
    return Limits(max(upper, middle + least), below, middle, sides * chance_of_two(by, count, correlation))


@lru_cache(maxsize=4096)
def spread(reference: Reference) -> tuple[float, float, float]:
    """The mean and standard deviation of the windows on the even scale, and how much neighbours are alike."""
    values = [evened(reference, value) for value in reference.windows]
    mean = math.fsum(values) / max(len(values), 1)
    apart = [value - mean for value in values]
    squares = math.fsum(value * value for value in apart)
    deviation = math.sqrt(squares / max(len(values) - 1, 1))
    if reference.statistic in SHARES:
        # Where no window had any, their spread says nothing of how many one may have by chance.
        deviation = max(deviation, math.sqrt(sampling_variance(reference, mean, reference.rows)))
    return mean, deviation, _alike(apart, squares)


def beyond(reference: Reference, changed: Sequence[float], held: Limits) -> bool:
    """Whether windows that came out as `changed` lie beyond a limit, but for one in 40 of such.

    So two in a row do 95 times in 100 or more often, for they are not less alike than independent ones.
    """
    of = Reference(reference.statistic, tuple(changed), reference.rows, reference.noise)
    mean, deviation, correlation = spread(of)
    margin = one_of_forty(len(changed), correlation) * deviation
    if mean - margin > evened(of, held.upper):
        return True
    return held.lower is not None and mean + margin < evened(of, held.lower)


def _alike(apart: Sequence[float], squares: float) -> float:
    """The correlation of neighbours, never below 0 and in steps; near 0 until many windows say otherwise."""
    count = len(apart)
    if squares <= 0 or count < 3:
        return 0.0
    seen = math.fsum(a * b for a, b in pairwise(apart)) / squares
    # Around its own mean it comes out too low by (1 + 3 times it) / n (Marriott and Pope 1954).
    corrected = seen + (1 + 3 * max(seen, -0.5)) / count
    shrunk = count * corrected / (count + _PRIOR_WINDOWS)
    return round(min(max(shrunk, 0.0), _HIGHEST_CORRELATION) / _STEP) * _STEP
