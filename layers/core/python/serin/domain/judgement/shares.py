"""What a share of calls is at most, exactly, and how many calls it takes to show that."""

from __future__ import annotations

import math
from functools import lru_cache

from serin.domain.judgement.beta import log_incomplete_beta

_CLOSE = 1e-12


@lru_cache(maxsize=4096)
def upper_share(hits: int, calls: int, alpha: float) -> float:
    """The one-sided upper bound of a share at error rate `alpha`, exact for independent calls (Clopper, Pearson 1934).

    1 where there are no calls, or where every call was a hit.
    """
    if not 0 <= hits <= calls:
        raise ValueError(f"hits must be between 0 and the calls, found {hits} of {calls}")
    if not 0 < alpha < 1:
        raise ValueError(f"an error rate between 0 and 1 is needed, found {alpha}")
    if hits == calls:
        return 1.0
    return _crossing(hits, calls, math.log(alpha))


def _crossing(hits: int, calls: int, log_alpha: float) -> float:
    """The share where so few hits become as unlikely as `alpha`: by false position on logarithms (Illinois)."""
    low, high = hits / calls, 1.0
    at_low, at_high = _log_at_most(hits, calls, low) - log_alpha, -math.inf
    for _ in range(200):
        # Where a line says nothing, halve.
        straight = math.isfinite(at_high) and at_high < 0 < at_low
        middle = low + (high - low) * (at_low / (at_low - at_high) if straight else 0.5)
        at_middle = _log_at_most(hits, calls, middle) - log_alpha
        if at_middle > 0:
            low, at_low, at_high = middle, at_middle, at_high / 2
        else:
            high, at_high, at_low = middle, at_middle, at_low / 2
        if high - low < _CLOSE or abs(at_middle) < _CLOSE:
            break
    return middle


def at_most(hits: int, calls: int, share: float) -> float:
    """The probability of at most so many hits when each call is one with probability `share`; `hits` < `calls`."""
    return math.exp(_log_at_most(hits, calls, share))


def _log_at_most(hits: int, calls: int, share: float) -> float:
    return log_incomplete_beta(calls - hits, hits + 1, 1 - share)


def fewest_calls(margin: float, alpha: float, hits: int) -> int:
    """With how many calls so many hits still show, at error rate `alpha`, that the share is at most `margin`."""
    if not 0 < margin < 1:
        raise ValueError(f"a margin between 0 and 1 is needed, found {margin}")
    low, high = hits, hits + 1
    while at_most(hits, high, margin) > alpha:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(hits, middle, margin) > alpha else (low, middle)
    return high
