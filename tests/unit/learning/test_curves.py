"""A contest that has rows enough shows what rows bring, and decides as it would without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.learning import curves
from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.curves import with_shares
from serin.learning.fitting import contest
from serin.learning.left_out import Judging
from serin.learning.measuring import measurements_of
from serin.learning.scores import Scores, read_scores, write_scores
from serin.learning.splits import Unordered
from tests.unit.learning.orders import START, order_rows, orders_npz

DAYS, A_DAY = 240, 20
HOLDOUT = START + timedelta(days=DAYS - 30)
LEARNT = (DAYS - 30) * A_DAY
ASKED = Requirements(GatePolicy("log_loss"))


class Plain(LogisticRegression):
    """Of numbers alone; None is 0. It fails on fewer rows than `least`."""

    def __init__(self, least: int = 0) -> None:
        super().__init__()
        self.least = least

    def fit(self, table: Any, label: Any) -> Any:
        if len(label) < self.least:
            raise ValueError("too few")
        return super().fit(np.nan_to_num(table[["amount", "queue.length"]]), label)

    def predict_proba(self, table: Any) -> Any:
        return super().predict_proba(np.nan_to_num(table[["amount", "queue.length"]]))


@pytest.fixture(scope="module")
def columns() -> TrainingColumns:
    return read_columns(orders_npz(order_rows(DAYS, A_DAY)))


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "CURVE_FROM", LEARNT)


def judged(columns: TrainingColumns, least: int = 0, holdout: Any = HOLDOUT) -> tuple[Scores, Scores]:
    """The scores of a contest, and with what fits on few rows say."""
    judging = Judging(columns, "binary", lambda _, __: Plain(least), {}, holdout, ASKED.gate)
    scores = contest(columns, "binary", judging.make, {}, holdout, None)
    return scores, with_shares(judging, scores)


def curve(columns: TrainingColumns, scores: Scores) -> Any:
    return measurements_of("binary", ASKED, columns, scores, LEARNT, model="m", run="r1").curve


def test_the_curve_goes_from_a_hundredth_to_all_rows_and_on_to_ten_times_as_many(columns: TrainingColumns) -> None:
    scores, shown = judged(columns)
    kept = read_scores(write_scores(shown))
    seen = curve(columns, kept)
    assert [point.share for point in seen.points] == [0.01, 0.03, 0.1, 1.0]
    assert [point.rows for point in seen.points] == [2 * A_DAY, 6 * A_DAY, 21 * A_DAY, LEARNT]
    assert (seen.judged, seen.onward_rows) == (len(scores.rows), 10 * LEARNT)
    assert seen.onward.low < seen.onward.value < seen.onward.high
    assert np.array_equal(kept.challenger, scores.challenger)


def test_a_share_that_cannot_be_fitted_on_or_scored_is_left_out(columns: TrainingColumns) -> None:
    _, shown = judged(columns, least=3 * A_DAY)
    assert [each.share for each in shown.shares] == [0.03, 0.1]
    broken = replace(shown.shares[0], score=np.full(len(shown.rows), np.nan))
    assert [point.share for point in curve(columns, replace(shown, shares=(broken, *shown.shares[1:]))).points] == [
        *(0.1, 1.0)
    ]


def test_too_few_rows_have_no_curve(columns: TrainingColumns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "CURVE_FROM", LEARNT + 1)
    scores, shown = judged(columns)
    assert shown is scores
    assert curve(columns, shown) is None


def test_rows_without_a_time_have_one_by_chance(columns: TrainingColumns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "CURVE_FROM", 100)
    _, shown = judged(columns, holdout=Unordered("seed"))
    assert [each.share for each in shown.shares] == [0.01, 0.03, 0.1]
