"""Bets against "the candidate is no worse": e-processes, which may be read after every call.

Each starts at 1 and, while the candidate is no worse, has a mean of at most 1 whenever it is read, so it ever reaches c
with probability at most 1/c (Ville 1939). All are returned as logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

from serin.domain.judgement.beta import log_beta, log_incomplete_beta

_STAKES = tuple((number + 0.5) / 64 for number in range(64))


@lru_cache(maxsize=65536)
def excess(hits: int, trials: int, share: float) -> float:
    """That hits are more than `share` of the trials: a mixture of shares, uniform above it (Robbins 1970).

    If both versions fail equally often, a failure falls on the candidate with the probability of its weight, however
    the failure rate drifts: with failures for trials and the weight for share, the alias is its own randomiser
    (Lindon and Malek 2022).
    """
    _check(hits, trials, share)
    misses = trials - hits
    mixture = log_beta(hits + 1, misses + 1) + log_incomplete_beta(misses + 1, hits + 1, 1 - share)
    return mixture - math.log1p(-share) - hits * math.log(share) - misses * math.log1p(-share)


@lru_cache(maxsize=65536)
def departure(hits: int, trials: int, share: float) -> float:
    """That hits are more or fewer than `share` of the trials: a mixture of all shares."""
    _check(hits, trials, share)
    misses = trials - hits
    return log_beta(hits + 1, misses + 1) - hits * math.log(share) - misses * math.log1p(-share)


def loss(differences: Mapping[float, int], largest: float, margin: float) -> float:
    """That the mean difference is above `margin`: a mixture of stakes on each difference (Waudby-Smith, Ramdas 2024).

    `differences` are difference → how many pairs showed it, positive where the candidate is worse, none beyond
    `largest` either way; pairs without one count as 0.
    """
    if not largest > 0 or not 0 <= margin < largest:
        raise ValueError(f"a margin from 0 to below the largest difference is needed, found {margin} of {largest}")
    beyond = [number for number in differences if not abs(number) <= largest]
    if beyond:
        raise ValueError(f"a difference of {beyond[0]} lies beyond the largest possible one, {largest}")
    scaled = [((number - margin) / (largest + margin), count) for number, count in differences.items()]
    return _log_mean(math.fsum(count * math.log1p(stake * by) for by, count in scaled) for stake in _STAKES)


def _log_mean(logarithms: Iterable[float]) -> float:
    values = list(logarithms)
    most = max(values)
    return most + math.log(math.fsum(math.exp(value - most) for value in values) / len(values))


def _check(hits: int, trials: int, share: float) -> None:
    if not 0 <= hits <= trials:
        raise ValueError(f"hits must be between 0 and the trials, found {hits} of {trials}")
    if not 0 < share < 1:
        raise ValueError(f"a share between 0 and 1 is needed, found {share}")
