"""The yardsticks of every search: the answer that looks at nothing, and a regularised linear model."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from serin.domain.charter import Task
from serin.domain.experiments import TrialRecipe
from serin.learning.pipelines import PipelineMaker
from serin.serving.manifest import ModelColumn

_MOST_CATEGORIES = 50
"""Rarer values of a category are one: each value costs a coefficient."""
_ITERATIONS = 100


def baseline_maker(recipe: TrialRecipe, task: Task, metric: str) -> PipelineMaker:
    """What makes the yardstick for a task that is searched by `metric`; it has no parameters."""
    if recipe == "linear":
        return lambda columns, _: _linear(columns, task)
    return lambda _, __: _trivial(task, metric)


def _trivial(task: Task, metric: str) -> DummyClassifier | DummyRegressor:
    if task == "regression":
        return DummyRegressor(strategy="median" if metric == "mae" else "mean")
    return DummyClassifier(strategy="prior")


def _linear(columns: Sequence[ModelColumn], task: Task) -> Pipeline:
    """Numbers on one scale, a missing one at the median and marked; a column for each frequent value of a category."""
    categorical = [column.name for column in columns if column.kind == "categorical"]
    numbers = [column.name for column in columns if column.kind != "categorical"]
    values = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    frequent = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES)
    steps = [("values", values, numbers), ("frequent", frequent, categorical)]
    model = Ridge() if task == "regression" else LogisticRegression(max_iter=_ITERATIONS)
    return Pipeline([("columns", ColumnTransformer([step for step in steps if step[2]])), ("linear", model)])
