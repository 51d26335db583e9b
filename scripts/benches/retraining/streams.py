"""Simulated years: what inputs mean for the label changes at once, slowly, with the seasons, or not at all.

Days share a fate, which follows the day before's, and an input moves with the seasons in all of them: so rows that are
harder to tell are no sign of a change. With the seasons of `seasonal` the share of positives moves too. The true chance
of each row is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from scipy import signal
from sklearn.linear_model import LogisticRegression

from benches.retraining.rows import DAY, between
from benches.retraining.world import World
from benches.retraining.year import Course, score_of
from serin.domain.charter import Scalar
from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.domain.judgement.retraining.policy import RetrainingPolicy
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.learning.columns import TrainingColumns
from serin.measures.arrays import Floats, Mask
from serin.serving.estimators import Estimator
from serin.serving.manifest import ModelColumn

Kind = Literal["abrupt", "gradual", "seasonal", "none"]
KINDS: tuple[Kind, ...] = ("abrupt", "gradual", "seasonal", "none")
FEATURES, ROWS_A_DAY, HISTORY, YEAR = 5, 100, 60, 364
BEGIN = datetime(2013, 1, 1, tzinfo=UTC)
LAG_1, DAY_EFFECT, TURN = 0.35, 0.4, 1.2
_STRENGTH = 1.3
USED_IN = timedelta(days=28)


@dataclass(frozen=True, eq=False)
class Stream:
    """A world with the true chance of each row."""

    world: World
    chance: Floats

    def useless(self, course: Course) -> int:
        """How many versions, in the four weeks after they took over, gained no more than the gate's minimum, truly."""
        return sum(
            self._gain(course, number) <= self.world.requirements.gate.minimum_gain
            for number in range(1, len(course.versions))
        )

    def _gain(self, course: Course, number: int) -> float:
        new, old = course.versions[number], course.versions[number - 1]
        rows = between(
            self.world.columns, new.since, min(new.since + USED_IN, self.world.begin + self.world.days * DAY)
        )
        if not rows.any():
            return np.inf
        chance = self.chance[rows]
        return _expected_loss(chance, score_of(old, self.world.columns, rows)) - _expected_loss(
            chance, score_of(new, self.world.columns, rows)
        )


def stream(kind: Kind, seed: int, policy: RetrainingPolicy, gate: GatePolicy) -> Stream:
    """One year of a kind."""
    random = np.random.default_rng((KINDS.index(kind), seed))
    days = HISTORY + YEAR
    day = np.repeat(np.arange(days), ROWS_A_DAY)
    season = 2 * np.pi * (day / 365 + random.random())
    values = random.standard_normal((len(day), FEATURES))
    values[:, 0] += 0.5 * np.sin(season)
    weights = _weights(kind, random, days)[day]
    noise = random.standard_normal(days + HISTORY)
    fate: Floats = signal.lfilter([np.sqrt(1 - LAG_1**2)], [1.0, -LAG_1], noise)[HISTORY:] * DAY_EFFECT
    logit = (values * weights).sum(axis=1) - 1.0 + fate[day]
    if kind == "seasonal":
        logit += 0.4 * np.sin(season + 1)
    chance = 1 / (1 + np.exp(-logit))
    label = random.random(len(day)) < chance
    moment: Floats = np.asarray(
        BEGIN.timestamp() + 86_400.0 * (day + np.tile((np.arange(ROWS_A_DAY) + 0.5) / ROWS_A_DAY, days)), np.float64
    )
    world = World(
        columns=_columns(values, label, moment),
        make=_make,
        params={},
        requirements=Requirements(gate),
        policy=policy,
        begin=BEGIN + HISTORY * DAY,
        days=YEAR,
        lag=DAY,
        holdout=14 * DAY,
        watch=WatchPolicy(),
    )
    return Stream(world, chance)


def _weights(kind: Kind, random: np.random.Generator, days: int) -> Floats:
    """What the inputs mean, day by day: turned from one direction towards another by an angle."""
    one, two = np.linalg.qr(random.standard_normal((FEATURES, 2)))[0].T * _STRENGTH
    at = np.arange(days)
    if kind == "abrupt":
        angle = TURN * (at >= HISTORY + random.integers(30, 240))
    elif kind == "gradual":
        angle = TURN * np.clip((at - HISTORY) / YEAR, 0, 1)
    elif kind == "seasonal":
        angle = TURN / 2 * np.sin(2 * np.pi * (at - HISTORY) / 365)
    else:
        angle = np.zeros(days)
    weights: Floats = np.cos(angle)[:, np.newaxis] * one + np.sin(angle)[:, np.newaxis] * two
    return weights


def _make(_: Sequence[ModelColumn], __: Mapping[str, Scalar]) -> Estimator:
    estimator: Estimator = LogisticRegression(C=1e3)
    return estimator


def _columns(values: Floats, label: Mask, moment: Floats) -> TrainingColumns:
    names = [f"value_{number}" for number in range(FEATURES)]
    places = np.arange(len(label))
    return TrainingColumns(
        table=pd.DataFrame(values, columns=names),
        label=label,
        moment=moment,
        may_judge=np.ones(len(label), np.bool_),
        group=places,
        columns=tuple(ModelColumn(name, "numeric") for name in names),
        entity=places,
        slices={},
    )


def _expected_loss(chance: Floats, score: Floats) -> float:
    return float(-(chance * np.log(score) + (1 - chance) * np.log1p(-score)).mean())
