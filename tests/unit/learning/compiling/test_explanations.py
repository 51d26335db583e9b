"""Contributions are Shapley values, held against the sum over every subset of columns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.pipelines import native_categories, transformers_for
from benches.compiled.tables import Rows, rows_for
from serin.domain.charter import Task
from serin.domain.errors import Unavailable
from serin.learning.compiling.compiler import Compiled, compile_pipeline
from serin.learning.compiling.trees import Tree
from serin.serving.compiled.model import CompiledModel
from tests.kernels import this_kernel


def compiled(pipeline: Any, rows: Rows) -> tuple[Compiled, CompiledModel]:
    with threadpool_limits(limits=1):
        pipeline.fit(*rows.learnt)
    written = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes)
    return written, CompiledModel(written.content, this_kernel())


def expected(tree: Tree, known: frozenset[int], path: set[int], node: int = 0) -> float:
    """The mean of the tree where only some features are known; `path` are the nodes the row itself could walk."""
    left, right = int(tree.left[node]), int(tree.right[node])
    if left < 0:
        return float(tree.values[node, 0])
    if int(tree.feature[node]) in known:
        return expected(tree, known, path, left if left in path else right)
    both = [expected(tree, known, path, child) * tree.covers[child] for child in (left, right)]
    return float(sum(both) / tree.covers[node])


def taken(tree: Tree, goes_left: Mapping[int, bool]) -> set[int]:
    """Every node whose own split the row would pass, wherever it stands in the tree."""
    children = zip(tree.left.tolist(), tree.right.tolist(), strict=True)
    return {left if goes_left[node] else right for node, (left, right) in enumerate(children) if left >= 0}


def shapley(tree: Tree, path: set[int], features: int) -> list[float]:
    every, values = range(features), []
    for feature in every:
        others = [other for other in every if other != feature]
        value = 0.0
        for size in range(features):
            weight = factorial(size) * factorial(features - size - 1) / factorial(features)
            for subset in combinations(others, size):
                known = frozenset(subset)
                value += weight * (expected(tree, known | {feature}, path) - expected(tree, known, path))
        values.append(value)
    return values


def sides(tree: Tree, features: np.ndarray, categories: Mapping[int, np.ndarray]) -> dict[int, bool]:
    """Which way a row goes at each split, by scikit-learn's own numbers."""
    goes: dict[int, bool] = {}
    for node in np.flatnonzero(tree.left >= 0).tolist():
        value = features[tree.feature[node]]
        if np.isnan(value):
            goes[node] = bool(tree.null_left[node])
        elif tree.bits[node] >= 0:
            bits = categories[int(tree.bits[node])]
            goes[node] = bool(bits[int(value) >> 5] >> (int(value) & 31) & 1)
        else:
            goes[node] = bool(value <= tree.threshold[node])
    return goes


def request_rows(rows: Rows, count: int) -> list[dict[str, Any]]:
    records = rows.held_out.head(count).astype(object)
    asked: list[dict[str, Any]] = records.where(records.notna(), None).to_dict("records")
    return asked


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_contributions_are_those_of_every_subset(task: Task) -> None:
    rows = rows_for(task)
    pipeline = native_categories(rows)
    pipeline[-1].set_params(max_iter=3, max_leaf_nodes=6)
    written, model = compiled(pipeline, rows)
    trees, margin = written.sites[0].ensemble.trees, model.about.margin
    categories = dict(enumerate(written.program.categories))
    assert categories
    assert margin is not None
    names = [model.about.columns[column].name for column in margin.columns]
    codes = pipeline[:-1].transform(rows.held_out.head(2))
    for row, features in zip(request_rows(rows, 2), pipeline[-1]._preprocess_X(codes, reset=False), strict=True):
        for output, explanation in enumerate(model.explain(row)):
            sums = np.zeros(len(features))
            for tree in (tree for tree in trees if tree.output == output):
                sums += shapley(tree, taken(tree, sides(tree, features, categories)), len(features))
            assert [explanation.contributions[name] for name in names] == pytest.approx(sums, abs=1e-12)


def test_contributions_add_up_to_the_margin_whatever_became_of_the_columns() -> None:
    rows = rows_for("binary")
    columns = transformers_for(rows)["imputed with indicator, standard, one-hot"]
    pipeline = make_pipeline(columns(), GradientBoostingClassifier(n_estimators=8, random_state=0))
    _, model = compiled(pipeline, rows)
    margins = [explanation.margin for row in request_rows(rows, 20) for explanation in model.explain(row)]
    assert margins == pytest.approx(pipeline.decision_function(rows.held_out.head(20)), abs=1e-12)
    assert set(model.explain(request_rows(rows, 1)[0])[0].contributions) == {column.name for column in rows.columns}
    with pytest.raises(ValueError, match="the row cannot be explained: it holds an infinity"):
        model.explain(request_rows(rows, 1)[0] | {"distance": float("inf")})


def test_a_model_without_boosted_trees_is_not_explained() -> None:
    rows = rows_for("binary")
    columns = transformers_for(rows)["imputed with indicator, standard, one-hot"]
    _, model = compiled(make_pipeline(columns(), LogisticRegression(max_iter=300)), rows)
    with pytest.raises(Unavailable, match="scores are not explained"):
        model.explain(request_rows(rows, 1)[0])
