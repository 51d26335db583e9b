"""Simulated models that nothing happens to: twenty features whose days are alike, or not, and follow each other.

A day moves all of a feature's rows together, by an autoregression of order 1, so rows are no independent evidence. What
is drawn are the counts of a window, as summaries would hold them; what is done with them is the platform's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from scipy import signal, stats

from serin.data.watching.categories import category_counts
from serin.data.watching.counts import (
    CategoryCounts,
    Counts,
    Floats,
    Integers,
    NumberCounts,
    number_counts,
)
from serin.data.watching.references import ReferenceWindows

BEGIN = datetime(2013, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
NUMBERS, CATEGORIES = 14, 6
ROWS_A_DAY = 300
_DAY_EFFECTS = (0.02, 0.1, 0.3, 0.6)
_MIX_EFFECTS = (0.05, 0.3)
_MISSING = (0.0, 0.01, 0.1)
_SKEW = 0.8
_COMMON, _RARE, _RARE_SHARE = 8, 20, 0.0003
_WARM_UP = 60
_FINE = 600


@dataclass(frozen=True)
class World:
    """Models with this lag-1 correlation of days."""

    lag_1: float
    rows_a_day: int = ROWS_A_DAY

    @cached_property
    def _normal(self) -> tuple[Floats, Floats]:
        """Values in steps of a tenth, and their shares for means from -3 to 3 in steps of a hundredth."""
        values = np.linspace(-4, 4, 81)
        edges = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
        means = np.linspace(-3, 3, _FINE + 1)
        return values, np.diff(stats.norm.cdf(edges - means[:, np.newaxis]), axis=1)

    def model(self, random: np.random.Generator, windows: int) -> dict[str, tuple[Counts, ...]]:
        """The counts of so many windows of a model, by feature."""
        counts: dict[str, tuple[Counts, ...]] = {}
        for number in range(NUMBERS):
            counts[f"number_{number}"] = tuple(self._numbers(random, number, windows))
        for number in range(CATEGORIES):
            counts[f"category_{number}"] = tuple(self._categories(random, number, windows))
        return counts

    def _numbers(self, random: np.random.Generator, number: int, windows: int) -> list[NumberCounts]:
        values, table = self._normal
        days = self._days(random, windows) * _DAY_EFFECTS[number % len(_DAY_EFFECTS)]
        places = np.clip(np.rint((days + 3) * 100).astype(int), 0, _FINE)
        drawn, missing = self._drawn(random, table[places].mean(axis=1), number, windows)
        shown = np.exp(_SKEW * values) if number % 3 == 2 else values
        return [
            number_counts(shown[row > 0], row[row > 0], int(none)) for row, none in zip(drawn, missing, strict=True)
        ]

    def _categories(self, random: np.random.Generator, number: int, windows: int) -> list[CategoryCounts]:
        effect = _MIX_EFFECTS[number % len(_MIX_EFFECTS)]
        loads = random.standard_normal(_COMMON)
        days = self._days(random, windows)[..., np.newaxis] * effect * loads + random.standard_normal(_COMMON)
        common = np.exp(days)
        common *= (1 - _RARE * _RARE_SHARE) / common.sum(axis=-1, keepdims=True)
        rare = np.full((windows, _RARE), _RARE_SHARE)
        drawn, missing = self._drawn(random, np.concatenate([common.mean(axis=1), rare], axis=1), number, windows)
        names = np.array([f"value {place}" for place in range(_COMMON + _RARE)])
        return [
            category_counts(names[row > 0].tolist(), row[row > 0], int(none))
            for row, none in zip(drawn, missing, strict=True)
        ]

    def _drawn(
        self, random: np.random.Generator, shares: Floats, number: int, windows: int
    ) -> tuple[Integers, Integers]:
        """Rows of each window by value, and those without one."""
        rows = random.integers(round(6 * self.rows_a_day), 8 * self.rows_a_day, windows, endpoint=True)
        absent = _MISSING[number % len(_MISSING)] * np.exp(0.3 * self._days(random, windows)).mean(axis=1)
        missing = random.binomial(rows, np.minimum(absent, 0.9))
        return random.multinomial(rows - missing, shares / shares.sum(axis=1, keepdims=True)), missing

    def _days(self, random: np.random.Generator, windows: int) -> Floats:
        """Standard normal days, seven a window, in their stationary state."""
        noise = random.standard_normal(windows * 7 + _WARM_UP)
        series = signal.lfilter([np.sqrt(1 - self.lag_1**2)], [1.0, -self.lag_1], noise)[_WARM_UP:]
        return np.asarray(series, np.float64).reshape(windows, 7)


def split(model: dict[str, tuple[Counts, ...]], reference: int) -> tuple[ReferenceWindows, Sequence[dict[str, Counts]]]:
    """The first windows as the reference, and each later one by itself."""
    whole = len(next(iter(model.values())))
    first = {name: counts[:reference] for name, counts in model.items()}
    later = [{name: counts[place] for name, counts in model.items()} for place in range(reference, whole)]
    return ReferenceWindows(BEGIN, BEGIN + reference * WEEK, first), later
