"""How fast models of this kind get worse, and when the next training pays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from serin.domain.judgement.retraining.facts import Decayed, Facts
from serin.domain.judgement.student import t_quantile

FEWEST = 4
"""Fewer observations are no course."""
_SURE = 0.9
_LONGEST = timedelta(days=3650)


def loss_per_day(decay: Sequence[Decayed]) -> float | None:
    """The slope of loss over age through the origin, by least squares: a model that has just learnt has lost nothing.

    None where there are too few observations, or where it may as well be no loss at all (one-sided, 90 %).
    """
    points = [(of.age / timedelta(days=1), of.loss) for of in decay if of.age > timedelta(0)]
    if len(points) < FEWEST:
        return None
    squares = math.fsum(age * age for age, _ in points)
    slope = math.fsum(age * loss for age, loss in points) / squares
    left = math.fsum((loss - slope * age) ** 2 for age, loss in points)
    error = math.sqrt(left / (len(points) - 1) / squares)
    return slope if slope > t_quantile(_SURE, len(points) - 1) * error else None


def pays_from(facts: Facts) -> datetime | None:
    """From when on a training would find a gain that its gate can see; None where the decay does not say."""
    slope = loss_per_day(facts.decay)
    if slope is None or facts.needed is None or facts.needed <= 0:
        return None
    days = facts.needed / slope
    return facts.learnt_until + timedelta(days=days) if days < _LONGEST / timedelta(days=1) else None
