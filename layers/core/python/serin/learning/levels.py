"""Probabilities moved to the level that each block of rows has: what they tell apart is left, not how high they are."""

from __future__ import annotations

import numpy as np

from serin.measures.arrays import SMALLEST_PROBABILITY, Floats, Mask
from serin.measures.blocks import Ids

_HALVINGS = 60


def at_level(score: Floats, positive: Mask, block: Ids) -> Floats:
    """Each block's scores, shifted by one number on the scale of log odds so that their mean is its share of positives.

    `score` are probabilities of a positive, `block` numbers from 0 on, one a row. That shift is the most likely one for
    the block's labels. Of a block of one class every score is that class.
    """
    if len(score) == 0:
        return score
    clipped = np.clip(score, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY)
    odds = np.log(clipped) - np.log1p(-clipped)
    positives, rows = np.bincount(block, positive), np.bincount(block)
    # The mean grows with the shift, so that halving finds it; further than this all scores are 0 or 1.
    low, high = (np.full(len(rows), end) for end in (-2 * np.abs(odds).max() - 40.0, 2 * np.abs(odds).max() + 40.0))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = np.bincount(block, _probability(odds + middle[block])) < positives
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    shifted = _probability(odds + ((low + high) / 2)[block])
    share = (positives / np.maximum(rows, 1))[block]
    return np.where(share == 0.0, 0.0, np.where(share == 1.0, 1.0, shifted))


def _probability(odds: Floats) -> Floats:
    probability: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
    return probability
