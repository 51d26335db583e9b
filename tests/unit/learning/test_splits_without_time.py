"""Tables without a time: small ones are cross-validated, larger ones have a random holdout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.domain.judgement.gate import judge
from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.domain.judgement.verdicts import Verdict
from serin.learning.columns import TrainingColumns
from serin.learning.evidence import evidence_of
from serin.learning.fitting import Recipe, contest, run_trial
from serin.learning.pipelines import default_pipeline
from serin.learning.splits import (
    FOLDS,
    REPEATS,
    Unordered,
    inflation_of,
    judging_splits,
    learnable_rows,
    validation_rows,
)
from serin.serving.manifest import ModelColumn
from tests.unit.learning.orders import order_columns, order_rows

SEED = Unordered("set1")
SMALL = order_columns(order_rows(days=20))
LARGE = order_columns(order_rows(days=100))
REAL: dict[str, tuple[Any, Task, str]] = {
    "iris": (load_iris, "multiclass", "log_loss"),
    "breast_cancer": (load_breast_cancer, "binary", "log_loss"),
    "diabetes": (load_diabetes, "regression", "rmse"),
}
GOOD, WEAK = {"max_leaf_nodes": 5, "max_iter": 30}, {"max_iter": 1, "learning_rate": 0.01}


def about(columns: TrainingColumns, entities: int) -> TrainingColumns:
    return replace(columns, entity=np.arange(len(columns.label)) % entities)


def test_in_a_small_table_every_row_that_chose_nothing_judges_once_a_repeat() -> None:
    splits, chose = judging_splits(SMALL, SEED), validation_rows(SMALL, SEED).newer
    assert len(splits) == FOLDS * REPEATS
    judged = np.sum([split.judge for split in splits], axis=0)
    assert (judged == np.where(chose, 0, REPEATS)).all()
    assert 0.1 < chose.mean() < 0.2
    assert not any((split.learn & split.judge).any() for split in splits)
    assert learnable_rows(SMALL, SEED).all()
    assert inflation_of(splits) == pytest.approx(1 / REPEATS + FOLDS / (FOLDS - 1))


def test_a_larger_table_has_one_stratified_holdout_that_neither_teaches_nor_chooses() -> None:
    (split,) = judging_splits(LARGE, SEED)
    assert 0.15 < split.judge.mean() < 0.25
    assert abs(LARGE.label[split.judge].mean() - LARGE.label.mean()) < 0.01
    rows = validation_rows(LARGE, SEED)
    assert not ((rows.older | rows.newer) & split.judge).any()
    assert inflation_of([split]) == 1.0


@pytest.mark.parametrize("columns", [SMALL, LARGE], ids=["small", "large"])
def test_the_same_training_set_is_divided_the_same_way_and_another_one_is_not(columns: TrainingColumns) -> None:
    first, again, other = (judging_splits(columns, Unordered(seed))[0].judge for seed in ("a", "a", "b"))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("columns", [about(SMALL, 40), about(LARGE, 40)], ids=["small", "large"])
def test_rows_about_one_thing_lie_on_one_side_of_every_split(columns: TrainingColumns) -> None:
    rows = validation_rows(columns, SEED)
    pairs = [(rows.older, rows.newer), *((split.learn, split.judge) for split in judging_splits(columns, SEED))]
    for learn, judge_ in pairs:
        assert judge_.any()
        assert not np.isin(columns.entity[learn], columns.entity[judge_]).any()


@pytest.mark.parametrize("days", [20, 100], ids=["small", "large"])
def test_copies_do_not_judge_and_equal_rows_lie_on_one_side(days: int) -> None:
    rows = [{**row, "group": number // 2, "judges": number % 7 != 0} for number, row in enumerate(order_rows(days))]
    columns = order_columns(rows)
    for split in judging_splits(columns, SEED):
        assert columns.may_judge[split.judge].all()
        assert not np.isin(columns.group[split.learn], columns.group[split.judge]).any()


def test_too_few_different_things_to_judge_by_are_refused() -> None:
    with pytest.raises(Invalid, match="about 3 different entities"):
        judging_splits(about(SMALL, 3), SEED)


def real(name: str) -> tuple[TrainingColumns, Task, GatePolicy]:
    load, task, metric = REAL[name]
    found = load(as_frame=True)
    table: pd.DataFrame = found.data.astype(float)
    table.columns = [str(column) for column in table.columns]
    count = len(table)
    columns = replace(
        SMALL,
        table=table,
        label=found.target.to_numpy(),
        moment=np.arange(count) * 3600.0,
        may_judge=np.ones(count, np.bool_),
        group=np.arange(count),
        entity=np.arange(count),
        slices={},
        columns=tuple(ModelColumn(column, "numeric") for column in table.columns),
    )
    return columns, task, GatePolicy(metric, block="row")


def contested(name: str, ours: Any, theirs: Any) -> tuple[Verdict, int]:
    """The gate's verdict on one recipe against another, over a real table."""
    columns, task, gate = real(name)

    def make(used: Sequence[ModelColumn], params: Any) -> Any:
        return default_pipeline(task, used, params)

    opponent = None if theirs is None else Recipe(3, make, theirs, columns.columns)
    scores = contest(columns, task, make, ours, SEED, opponent)
    splits = judging_splits(columns, SEED)
    evidence = evidence_of(
        task, Requirements(gate), columns, learnable_rows(columns, SEED), scores, inflation=inflation_of(splits)
    )
    return judge(evidence, Requirements(gate)), len(evidence.over_trivial.blocks)


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_a_better_recipe_replaces_a_weak_one_on_a_few_hundred_real_rows_and_not_the_other_way(name: str) -> None:
    rows = len(real(name)[0].label)
    better, blocks = contested(name, GOOD, WEAK)
    assert better.outcome == "pass", better.sentence
    # A row that judges in five repeats is one observation.
    assert 0.8 * rows < blocks < 0.9 * rows
    assert contested(name, WEAK, GOOD)[0].outcome == "fail"


@pytest.mark.slow
def test_a_first_model_and_its_trials_need_no_time() -> None:
    assert contested("iris", GOOD, None)[0].outcome == "pass"
    columns, task, _ = real("iris")
    found = run_trial(columns, task, lambda used, params: default_pipeline(task, used, params), GOOD, SEED).metrics
    assert found["accuracy"] > 0.8
