"""What acting on scores brings: a threshold, chosen on validation rows, and the value of each row's decision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from serin.domain.judgement.policy import Matrix
from serin.domain.judgement.viability import break_even
from serin.measures.arrays import Floats, Mask

Trivial = Literal["never", "always"]


@dataclass(frozen=True)
class Chosen:
    """From which score on to act, and what to do without a model; both by what brought most on the same rows."""

    threshold: float
    trivial: Trivial


def choose(positive: Mask, score: Floats, matrix: Matrix) -> Chosen:
    """The best threshold and the best trivial policy on rows that do not judge; the break-even without any."""
    if len(score) == 0:
        return Chosen(break_even(matrix), "never")
    order = np.argsort(-score, kind="stable")
    acted, left = _if_acted(positive, matrix)[order], _if_left(positive, matrix)[order]
    # After the first k of them are acted on; acting on one of several equal scores means acting on all.
    totals = left.sum() + np.concatenate([[0.0], np.cumsum(acted - left)])
    ordered = score[order]
    ends = np.concatenate([[True], np.append(ordered[1:] != ordered[:-1], True)])
    best = int(np.flatnonzero(ends)[np.argmax(totals[ends])])
    threshold = math.nextafter(float(ordered[0]), math.inf) if best == 0 else float(ordered[best - 1])
    return Chosen(threshold, "always" if totals[-1] > totals[0] else "never")


def decided(positive: Mask, score: Floats, threshold: float, matrix: Matrix) -> Floats:
    """What acting from the threshold on brings, for each row."""
    return np.where(score >= threshold, _if_acted(positive, matrix), _if_left(positive, matrix))


def trivially(positive: Mask, policy: Trivial, matrix: Matrix) -> Floats:
    """What never, or always, acting brings, for each row."""
    return _if_acted(positive, matrix) if policy == "always" else _if_left(positive, matrix)


def _if_acted(positive: Mask, matrix: Matrix) -> Floats:
    return np.where(positive, matrix.tp, matrix.fp)


def _if_left(positive: Mask, matrix: Matrix) -> Floats:
    return np.where(positive, matrix.fn, matrix.tn)
