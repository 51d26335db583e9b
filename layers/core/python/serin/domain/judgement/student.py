"""Student's t distribution, by the standard library alone."""

from __future__ import annotations

import math

from serin.domain.judgement.beta import log_incomplete_beta


def t_cdf(t: float, df: float) -> float:
    """The probability that Student's t with `df` degrees of freedom is at most `t`."""
    if not df > 0:
        raise ValueError(f"degrees of freedom must be positive, found {df}")
    if math.isinf(t):
        return 1.0 if t > 0 else 0.0
    tail = 0.5 * math.exp(log_incomplete_beta(df / 2, 0.5, df / (df + t * t)))
    return 1.0 - tail if t > 0 else tail


def t_quantile(p: float, df: float) -> float:
    """The value that Student's t with `df` degrees of freedom is below with probability `p`, 0 < p < 1."""
    if not 0 < p < 1:
        raise ValueError(f"a probability between 0 and 1 is needed, found {p}")
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -t_quantile(1 - p, df)
    low, high = 0.0, 1.0
    while t_cdf(high, df) < p:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if t_cdf(middle, df) < p else (low, middle)
    return (low + high) / 2
