"""Estimated quality before truth, on flights: a model every twelve weeks, and each four weeks of the year.

What scores mean is learnt of the model's newest four weeks with truth. Inputs are moved by drawing a window's flights
anew, those with a high value of a feature more often: the mix moves and the relation stays. Labels are flipped with the
inputs left as they are, which nothing before truth can show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from benches.measuring import PROGRESS
from benches.retraining.flights import flights
from benches.retraining.rows import WEEK, before, between
from benches.retraining.world import World
from serin.data.watching.calibration import calibrated, expected
from serin.learning.columns import TrainingColumns
from serin.learning.evaluation import metrics
from serin.learning.fitting import refit
from serin.learning.own_estimators import scores_of_own
from serin.learning.scores import Places
from serin.measures.arrays import Floats, Mask

SPAN, KNOWN, REFITTED = 4 * WEEK, 4 * WEEK, 12 * WEEK
FLIPPED = 0.3
MATTERS = 0.03
"""A feature that hardly moves the log loss, however it moves itself, has no change that an error is a share of."""
_RATIO = 1.7
"""The highest value of a feature is drawn e^(2 * 1.7) = 30 times as often as the lowest."""


@dataclass(frozen=True, eq=False)
class Span:
    """Rows of a window that a model has scored, and its newest rows with truth before it."""

    score: Floats
    label: Floats
    rows: Mask
    known: Mask

    def change(self, places: Places | Mask, label: Floats | None = None) -> tuple[float, float]:
        """How much more log loss rows have than those with truth: truly, with these labels, and as estimated."""
        labels = self.label[places] if label is None else label
        was, calibration = (
            _loss(self.label[self.known], self.score[self.known]),
            calibrated(self.score[self.known], self.label[self.known]),
        )
        expectation = None if calibration is None else expected(calibration, self.score[places])
        assert expectation is not None, "too little truth to read scores by"
        return _loss(labels, self.score[places]) - was, expectation.log_loss - was


def estimated_quality(seed: int, world: World | None = None) -> Mapping[str, Any]:
    """`covariate_shift`: the estimate's error as a share of the true change, both against the same window left as it
    is, over all windows and features that matter; `flipped_labels`: the estimate's change as a share of the true one,
    both against the weeks that scores were read by. `of_feature` has the error and the true change of each."""
    world, random = world or flights(), np.random.default_rng(seed)
    errors: dict[str, list[float]] = {}
    changes: dict[str, list[float]] = {}
    flipped = []
    for span in _spans(world):
        left = span.change(span.rows)
        for name in _numbers(world.columns):
            true, estimate = span.change(_tilted(random, world.columns.table[name].to_numpy(np.float64), span.rows))
            changes.setdefault(name, []).append(true - left[0])
            errors.setdefault(name, []).append(estimate - left[1] - (true - left[0]))
        flips = random.random(int(span.rows.sum())) < FLIPPED
        flipped.append(span.change(span.rows, np.where(flips, 1 - span.label[span.rows], span.label[span.rows])))
    of = {name: (_size(errors[name]), _size(changes[name])) for name in errors}
    matter = [pair for pair in of.values() if pair[1] >= MATTERS]
    return {
        "covariate_shift": round(sum(error for error, _ in matter) / sum(true for _, true in matter), 4),
        "flipped_labels": round(
            abs(sum(difference for _, difference in flipped)) / abs(sum(true for true, _ in flipped)), 4
        ),
        "all_features": round(sum(error for error, _ in of.values()) / sum(true for _, true in of.values()), 4),
        "of_feature": {name: {"error": round(error, 4), "true": round(true, 4)} for name, (error, true) in of.items()},
        "windows": len(flipped),
    }


def _spans(world: World) -> Iterator[Span]:
    """The windows whose model has been live for as long as scores are read."""
    end, now = world.begin + world.days // 7 * WEEK, world.begin
    columns, label = world.columns, world.columns.label.astype(np.float64)
    while now < end:
        PROGRESS.print(f"the model of {now:%d %B}")
        last = min(now + REFITTED + KNOWN + WEEK, end)
        score = _scored(world, now, last)
        begin = now + KNOWN + WEEK
        while begin + SPAN <= last:
            known = between(columns, begin - KNOWN - world.lag, begin - world.lag)
            yield Span(score, label, between(columns, begin, begin + SPAN), known)
            begin += SPAN
        now += REFITTED


def _scored(world: World, now: datetime, until: datetime) -> Floats:
    """What the model of that moment says of the rows until another."""
    columns, rows = world.columns, between(world.columns, now, until)
    fitted = refit(before(columns, now - world.lag), "binary", world.make, world.params)
    score = np.full(len(columns.label), np.nan)
    names = [column.name for column in fitted.columns]
    score[rows] = scores_of_own(fitted.estimator, "binary", fitted.classes, columns.table.loc[rows, names])
    return score


def _numbers(columns: TrainingColumns) -> list[str]:
    return [column.name for column in columns.columns if column.kind != "categorical"]


def _tilted(random: np.random.Generator, values: Floats, rows: Mask) -> Places:
    """As many of these rows, drawn with weights that rise with the value's rank; one without a value is in between."""
    places = np.flatnonzero(rows)
    middle = float(np.nanmedian(values[places])) if np.isfinite(values[places]).any() else 0.0
    ranks = np.argsort(np.argsort(np.nan_to_num(values[places], nan=middle), kind="stable"))
    weights = np.exp(_RATIO * (2 * ranks / len(ranks) - 1))
    return random.choice(places, len(places), p=weights / weights.sum())


def _size(changes: list[float]) -> float:
    return float(np.mean(np.abs(changes)))


def _loss(label: Floats, score: Floats) -> float:
    return metrics("binary", label, score, (0.0, 1.0))["log_loss"]
