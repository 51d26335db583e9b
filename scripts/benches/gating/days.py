"""Simulated days of mean 0 and standard deviation 1: independent, correlated, skewed."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from benches.gating.rates import Draw
from serin.measures.arrays import Floats

LAG_1 = 0.35
_SIGMA = 0.8


def families(seed: int) -> Mapping[str, Draw]:
    """A source of days of each kind."""
    random = np.random.default_rng(seed)
    return {
        "independent": random.standard_normal,
        "correlated": lambda days: _correlated(random, days),
        "skewed": lambda days: _skewed(random, days),
    }


def _correlated(random: np.random.Generator, days: int) -> Floats:
    """An autoregression of order 1 in its stationary state."""
    noise = np.empty(days)
    noise[0] = random.standard_normal()
    for day in range(1, days):
        noise[day] = LAG_1 * noise[day - 1] + math.sqrt(1 - LAG_1**2) * random.standard_normal()
    return noise


def _skewed(random: np.random.Generator, days: int) -> Floats:
    """Few days of great loss and many of little gain, skewness -3.7: lognormal, and so turned that luck is likely.

    The plain t bound lets 16 % of equals in here.
    """
    drawn = np.exp(_SIGMA * random.standard_normal(days))
    mean, growth = math.exp(_SIGMA**2 / 2), math.expm1(_SIGMA**2)
    return (mean - drawn) / (mean * math.sqrt(growth))
