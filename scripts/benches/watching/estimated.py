"""Estimated quality before truth, on flights: a model of the first two months, and every later week.

What scores mean is learnt of the newest four weeks with truth. Inputs are moved by drawing a week's flights anew, those
with a high value of a feature more often: the mix moves and the relation stays. Labels are flipped with the inputs left
as they are, which nothing before truth can show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from benches.measuring import PROGRESS
from benches.retraining.flights import BEGIN, PARAMS, flights
from benches.retraining.rows import WEEK, before, between
from serin.data.watching.calibration import calibrated, expected
from serin.learning.columns import Floats, Mask
from serin.learning.evaluation import metrics
from serin.learning.fitting import refit

FEATURES = ("hour", "departures.origin_delay_3h", "carrier_arrivals.carrier_late_1d", "weather_now.humid")
TILT, FLIPPED, KNOWN_WEEKS = 1.0, 0.3, 4


@dataclass(frozen=True)
class Changes:
    """What a week's log loss changes by: truly, and by the estimate."""

    true: float
    estimate: float


def estimated_quality(seed: int, weeks: int | None = None) -> Mapping[str, float]:
    """`covariate_shift`: the estimate's error as a share of the true change, against the same week left as it is, over
    all weeks and features; `flipped_labels`: the estimate's change as a share of the true one, against the weeks that
    scores were read by."""
    world = flights()
    columns, lag = world.columns, world.lag
    PROGRESS.print("fit the model of January and February")
    model = refit(before(columns, BEGIN - lag), "binary", world.make, PARAMS)
    score = np.asarray(model.estimator.predict_proba(columns.table)[:, 1], np.float64)
    label, random = columns.label.astype(np.float64), np.random.default_rng(seed)
    moved, flipped = [], []
    for week in range(KNOWN_WEEKS + 1, weeks or world.days // 7):
        now = BEGIN + week * WEEK
        rows, known = between(columns, now, now + WEEK), between(columns, now - KNOWN_WEEKS * WEEK - lag, now - lag)
        tilts = [_tilted(random, columns.table[name].to_numpy(np.float64), rows) for name in FEATURES]
        moved += list(_moved(score, label, known, rows, tilts))
        flipped.append(_flipped(random, score, label, known, rows))
    return {
        "covariate_shift": round(_share([of.estimate - of.true for of in moved], [of.true for of in moved]), 4),
        "flipped_labels": round(abs(sum(of.estimate for of in flipped)) / abs(sum(of.true for of in flipped)), 4),
        "mean_true_change": round(float(np.mean([abs(of.true) for of in moved])), 4),
        "mean_true_change_of_flips": round(float(np.mean([of.true for of in flipped])), 4),
        "weeks": len(flipped),
    }


def _share(errors: list[float], changes: list[float]) -> float:
    return sum(map(abs, errors)) / sum(map(abs, changes))


def _tilted(random: np.random.Generator, values: Floats, rows: Mask) -> np.ndarray:
    """As many of these rows, drawn with weights that rise with the value's rank; rows without one are drawn evenly."""
    places = np.flatnonzero(rows)
    ranks = np.argsort(np.argsort(np.nan_to_num(values[places], nan=float(np.nanmedian(values[places])))))
    weights = np.exp(TILT * (2 * ranks / len(ranks) - 1) * 1.7)
    return random.choice(places, len(places), p=weights / weights.sum())


def _moved(score: Floats, label: Floats, known: Mask, rows: Mask, tilts: list[np.ndarray]) -> Iterator[Changes]:
    for places in tilts:
        true = _loss(label[places], score[places]) - _loss(label[rows], score[rows])
        yield Changes(true, _estimate(score, label, known, score[places]) - _estimate(score, label, known, score[rows]))


def _flipped(random: np.random.Generator, score: Floats, label: Floats, known: Mask, rows: Mask) -> Changes:
    flips = random.random(int(rows.sum())) < FLIPPED
    was = _loss(label[known], score[known])
    true = _loss(np.where(flips, 1 - label[rows], label[rows]), score[rows]) - was
    return Changes(true, _estimate(score, label, known, score[rows]) - was)


def _estimate(score: Floats, label: Floats, known: Mask, of: Floats) -> float:
    calibration = calibrated(score[known], label[known])
    found = None if calibration is None else expected(calibration, of)
    assert found is not None
    return found.log_loss


def _loss(label: Floats, score: Floats) -> float:
    return metrics("binary", label, score, (0.0, 1.0))["log_loss"]
