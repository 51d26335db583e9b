from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from serin.domain.errors import Invalid
from serin.learning.columns import TrainingColumns
from serin.learning.evaluation import metrics
from serin.learning.evidence import contest_of
from serin.learning.fitting import Champion, contest, refit, run_trial
from serin.learning.pipelines import default_pipeline
from serin.learning.scores import write_scores
from serin.learning.splits import validation_from
from serin.serving.manifest import ModelColumn
from serin.serving.scoring import scores_of
from tests.unit.learning.orders import START, order_columns, order_rows

HOLDOUT = START + timedelta(days=30)
LIGHT = {"max_leaf_nodes": 5, "max_iter": 15}


def default(columns: Sequence[ModelColumn], params: Any) -> Any:
    return default_pipeline("binary", columns, params)


class Watched:
    """A pipeline that remembers what it was fitted on."""

    def __init__(self) -> None:
        self.tables: list[pd.DataFrame] = []

    def __call__(self, columns: Sequence[ModelColumn], params: Any) -> Any:
        made, tables = default(columns, params), self.tables
        own_fit = made.fit

        def fit(table: pd.DataFrame, label: Any) -> Any:
            tables.append(table)
            return own_fit(table, label)

        made.fit = fit
        return made


def days_of(columns: TrainingColumns, table: pd.DataFrame) -> tuple[float, float]:
    moments = columns.moment[table.index]
    return (moments.min() - START.timestamp()) // 86400, (moments.max() - START.timestamp()) // 86400


def test_a_trial_never_sees_the_days_it_is_judged_on_nor_the_holdout() -> None:
    columns, watched = order_columns(), Watched()
    found = run_trial(columns, "binary", watched, LIGHT, HOLDOUT).metrics
    # 30 learnable days of 25 rows; 15 % is row 637, in day 25.
    assert days_of(columns, watched.tables[0]) == (0, 24)
    assert 0.6 < found["roc_auc"] < 1.0


def test_a_trial_is_judged_on_the_newest_learnable_days() -> None:
    columns = order_columns()
    tried = run_trial(columns, "binary", default, LIGHT, HOLDOUT)
    fitted, found = tried.fitted, tried.metrics
    judged = (columns.moment >= (START + timedelta(days=25)).timestamp()) & columns.before(HOLDOUT)
    score = scores_of(fitted.estimator, "binary", (False, True), columns.table[judged])
    assert found == metrics("binary", columns.label[judged], score, (False, True))


def test_the_same_trial_twice_gives_the_same_metrics() -> None:
    columns = order_columns()
    first = run_trial(columns, "binary", default, LIGHT, HOLDOUT).metrics
    assert first == run_trial(columns, "binary", default, LIGHT, HOLDOUT).metrics


def test_a_fit_takes_one_thread_whatever_the_machine_has() -> None:
    threads = []

    class Counted(DummyClassifier):  # type: ignore[misc]
        def fit(self, table: pd.DataFrame, label: Any) -> Any:
            threads.extend(pool["num_threads"] for pool in threadpool_info())
            return super().fit(table, label)

    with threadpool_limits(limits=2):
        run_trial(order_columns(), "binary", lambda columns, params: Counted(strategy="prior"), {}, HOLDOUT)
    assert threads
    assert set(threads) == {1}


def test_params_make_a_difference() -> None:
    columns = order_columns()
    first = run_trial(columns, "binary", default, LIGHT, HOLDOUT).metrics
    assert first != run_trial(columns, "binary", default, {**LIGHT, "max_iter": 1}, HOLDOUT).metrics


def test_a_challenger_learns_from_every_learnable_row_and_is_scored_on_the_whole_holdout() -> None:
    columns, watched = order_columns(), Watched()
    scores = contest(columns, "binary", watched, LIGHT, HOLDOUT, None)
    assert days_of(columns, watched.tables[0]) == (0, 29)
    assert scores.moment.min() >= HOLDOUT.timestamp()
    assert len(scores.label) == 10 * 25
    assert scores.champion is None
    assert (scores.label == columns.label[-250:]).all()


def test_champion_and_challenger_are_scored_on_rows_neither_has_learnt_from() -> None:
    columns = order_columns()
    known = HOLDOUT + timedelta(days=4)
    old: Any = default(columns.columns, LIGHT)
    old.fit(columns.table[~columns.after(known)], columns.label[~columns.after(known)])
    scores = contest(columns, "binary", default, LIGHT, HOLDOUT, Champion(3, old, known))
    assert scores.moment.min() > known.timestamp()
    assert scores.champion is not None
    assert scores.champion.tolist() == old.predict_proba(columns.table[columns.after(known)])[:, 1].tolist()
    found = contest_of(scores, "binary", None)
    assert found.rows == len(scores.label) < 150
    assert found.champion is not None
    assert found.champion_version == 3


def test_a_champion_that_has_learnt_from_everything_leaves_no_rows_and_so_no_verdict() -> None:
    columns = order_columns()
    fitted = refit(columns, "binary", default, LIGHT)
    champion = Champion(3, fitted.estimator, fitted.learnt_until)
    scores = contest(columns, "binary", default, LIGHT, HOLDOUT, champion)
    assert contest_of(scores, "binary", None).rows == 0


def test_a_champion_with_a_feature_that_is_gone_is_named() -> None:
    rows = order_rows()
    wide = order_columns(rows)
    old: Any = default([*wide.columns, ModelColumn("gone", "numeric")], LIGHT)
    old.fit(wide.table.assign(gone=1.0), wide.label)
    with pytest.raises(Invalid, match="gone"):
        contest(wide, "binary", default, LIGHT, HOLDOUT, Champion(3, old, START))


def test_a_champion_that_uses_fewer_columns_may_still_fight() -> None:
    columns = order_columns()
    old: Any = default(columns.columns[:1], LIGHT)
    old.fit(columns.table[["amount"]], columns.label)
    scores = contest(columns, "binary", default, LIGHT, HOLDOUT, Champion(3, old, START))
    assert scores.champion is not None
    assert len(scores.champion) == 250


def test_a_refit_learns_from_everything_and_says_until_when() -> None:
    columns, watched = order_columns(), Watched()
    fitted = refit(columns, "binary", watched, LIGHT)
    assert len(watched.tables[0]) == len(columns.label)
    assert fitted.learnt_until == order_rows()[-1]["moment"]
    assert fitted.classes == (False, True)


def test_a_column_without_a_single_value_is_left_out_and_the_package_says_so() -> None:
    rows = [{**row, "queue.length": None} for row in order_rows()]
    fitted = refit(order_columns(rows), "binary", default, LIGHT)
    assert [column.name for column in fitted.columns] == ["amount", "shop"]
    assert run_trial(order_columns(rows), "binary", default, LIGHT, HOLDOUT).metrics["roc_auc"] > 0.5


def test_features_without_any_value_cannot_be_learnt_from() -> None:
    rows = [{**row, "queue.length": None, "amount": None, "shop": None} for row in order_rows()]
    with pytest.raises(Invalid, match="No feature has a value"):
        refit(order_columns(rows), "binary", default, LIGHT)


def test_a_champion_that_does_not_know_a_class_gives_it_nothing() -> None:
    def colour(row: Any) -> str:
        return "blue" if row["late"] else "green" if (row["amount"] or 0) > 100 else "red"

    def three(columns: Sequence[ModelColumn], params: Any) -> Any:
        return default_pipeline("multiclass", columns, params)

    columns = order_columns(label=colour, kind="string")
    two = columns.label != "blue"
    old: Any = three(columns.columns, LIGHT)
    old.fit(columns.table[two], columns.label[two])
    scores = contest(columns, "multiclass", three, LIGHT, HOLDOUT, Champion(3, old, START))
    assert scores.classes == ("blue", "green", "red")
    assert scores.champion is not None
    assert (scores.champion[:, 0] == 0.0).all()
    assert np.allclose(scores.champion.sum(axis=1), 1.0)
    found = contest_of(scores, "multiclass", None)
    assert found.champion is not None
    assert found.challenger["log_loss"] < found.champion["log_loss"]


def test_regression_walks_the_same_way() -> None:
    def number(columns: Sequence[ModelColumn], params: Any) -> Any:
        return default_pipeline("regression", columns, params)

    columns = order_columns(label=lambda row: (row["queue.length"] or 5) * 2.0, kind="number")
    found = run_trial(columns, "regression", number, LIGHT, HOLDOUT).metrics
    assert set(found) == {"rmse", "mae", "r2"}
    scores = contest(columns, "regression", number, LIGHT, HOLDOUT, None)
    assert scores.classes == ()
    assert contest_of(scores, "regression", None).challenger["r2"] > 0.5


def test_one_class_before_the_holdout_is_refused() -> None:
    columns = order_columns(label=lambda row: row["moment"] >= HOLDOUT)
    with pytest.raises(Invalid, match="1 different values"):
        run_trial(columns, "binary", default, LIGHT, HOLDOUT)


def test_history_of_one_day_cannot_be_divided() -> None:
    with pytest.raises(Invalid, match="one day"):
        validation_from(np.array([0.0, 5.0, 86_399.0]))
    with pytest.raises(Invalid, match="one day"):
        validation_from(np.array([]))


def test_most_rows_on_the_first_day_still_leave_some_on_each_side() -> None:
    assert validation_from(np.array([*np.linspace(10, 5000, 99), 90_000.0])) == 86_400.0


def test_equal_scores_give_equal_bytes() -> None:
    columns = order_columns()
    first = write_scores(contest(columns, "binary", default, LIGHT, HOLDOUT, None))
    assert first == write_scores(contest(columns, "binary", default, LIGHT, HOLDOUT, None))


def with_copies(extra: int) -> list[dict[str, Any]]:
    """The orders, and copies of those of the last days of either side of the holdout, which say nothing true."""
    rows = [{**row, "group": number} for number, row in enumerate(order_rows())]
    last = [row for day in (26, 29, 39) for row in rows[day * 25 : (day + 1) * 25]]
    copies = [{**row, "judges": False} for row in last for _ in range(extra)]
    return sorted([*rows, *copies], key=lambda row: row["moment"])


def test_copies_judge_neither_trial_nor_champion() -> None:
    columns = order_columns(with_copies(3))
    watched = Watched()
    run_trial(columns, "binary", watched, LIGHT, HOLDOUT)
    assert days_of(columns, watched.tables[0]) == (0, 24)
    scores = contest(columns, "binary", default, LIGHT, HOLDOUT, None)
    assert len(scores.label) == 10 * 25


def test_no_row_learns_what_an_equal_one_is_judged_on() -> None:
    rows = [{**row, "group": number % 900} for number, row in enumerate(order_rows())]
    columns, watched = order_columns(rows), Watched()
    contest(columns, "binary", watched, LIGHT, HOLDOUT, None)
    learnt = columns.group[watched.tables[0].index]
    judged = columns.group[~columns.before(HOLDOUT)]
    assert len(learnt) == 750 - 100
    assert not np.isin(learnt, judged).any()
