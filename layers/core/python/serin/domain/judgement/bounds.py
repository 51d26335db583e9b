"""How sure a mean of blocks is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.student import t_quantile

POWER = 0.8


@dataclass(frozen=True)
class Uncertain:
    """A mean of blocks, its standard error, and the degrees of freedom that the error was estimated with."""

    estimate: float
    error: float
    df: float
    blocks: int

    def lower(self, alpha: float) -> float:
        """What the truth is at least, but for a share `alpha` of such samples."""
        return self.estimate - t_quantile(1 - alpha, self.df) * self.error

    def upper(self, alpha: float) -> float:
        """What the truth is at most, but for a share `alpha` of such samples."""
        return self.estimate + t_quantile(1 - alpha, self.df) * self.error

    def detectable(self, alpha: float) -> float:
        """How far above a requirement the truth must lie for `lower` to be above it four times in five."""
        return (t_quantile(1 - alpha, self.df) + t_quantile(POWER, self.df)) * self.error


def uncertain(sample: Sample) -> Uncertain | None:
    """The sample's mean and how sure it is; None for fewer than two blocks, or for a number that is not finite."""
    count = len(sample.blocks)
    if count < 2 or not all(math.isfinite(number) for number in sample.blocks):
        return None
    mean = math.fsum(sample.blocks) / count
    variance = math.fsum((number - mean) ** 2 for number in sample.blocks) / (count - 1)
    return Uncertain(mean, math.sqrt(sample.inflation * variance / count), count - 1, count)
