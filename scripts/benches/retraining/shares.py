"""How much of what a calendar gains a policy gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benches.retraining.rows import WEEK, between
from benches.retraining.world import World
from serin.learning.evaluation import metrics
from serin.measures.arrays import Floats

DRAWS = 4000


def weekly_auc(world: World, score: Floats) -> Floats:
    """The AUC of each whole week of the year."""
    columns, months = world.columns, []
    for week in range(world.days // 7):
        rows = between(columns, world.begin + week * WEEK, world.begin + (week + 1) * WEEK)
        months.append(metrics("binary", columns.label[rows], score[rows], (False, True))["roc_auc"])
    return np.array(months)


def gain_share(
    ours: Sequence[Floats], static: Sequence[Floats], scheduled: Sequence[Floats], seed: int
) -> Mapping[str, float]:
    """What of the calendar's gain over no training ours has; its 95 % interval by drawing weeks of all years anew."""
    gained, possible = np.concatenate(ours) - np.concatenate(static), np.concatenate(scheduled) - np.concatenate(static)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(gained), (DRAWS, len(gained)))
    shares = gained[drawn].sum(axis=1) / possible[drawn].sum(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    point = float(gained.sum() / possible.sum())
    return {"point": round(point, 4), "low": round(float(low), 4), "high": round(float(high), 4)}
