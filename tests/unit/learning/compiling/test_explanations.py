"""Contributions add up to the margin; exact ones are Shapley values, held against the sum over every subset."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import ensemble
from sklearn import linear_model as linear
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.pipelines import native_categories, transformers_for
from benches.compiled.tables import Rows, rows_for
from serin.domain.charter import Scalar, Task
from serin.domain.errors import Unavailable
from serin.learning.compiling import margins
from serin.learning.compiling.compiler import Compiled, compile_pipeline
from serin.serving.compiled.explaining import Explanation, explained, margins_of
from serin.serving.compiled.model import CompiledModel
from tests.kernels import this_kernel
from tests.unit.learning.compiling.shapley import of_tree, shapley, sides

ONE_HOT = "imputed with indicator, standard, one-hot"
ORDINAL = "constant, robust, ordinal"
FEW: dict[str, Any] = {"n_estimators": 5, "random_state": 0}


def compiled(pipeline: Any, rows: Rows, classes: tuple[Scalar, ...] | None = None) -> tuple[Compiled, CompiledModel]:
    with threadpool_limits(limits=1):
        pipeline.fit(*rows.learnt)
        background = rows.learnt[0].head(20)
        written = compile_pipeline(pipeline, rows.task, rows.columns, classes or rows.classes, background=background)
    return written, CompiledModel(written.content, this_kernel())


def after(transformer: str, estimator: Any, rows: Rows) -> Any:
    return make_pipeline(transformers_for(rows)[transformer](), estimator)


def asked(rows: Rows, count: int) -> list[dict[str, Any]]:
    records = rows.held_out.head(count).astype(object)
    listed: list[dict[str, Any]] = records.where(records.notna(), None).to_dict("records")
    return listed


def boosted(task: Task, kind: str) -> tuple[Any, Rows]:
    rows = rows_for(task)
    if kind == "native categories":
        pipeline = native_categories(rows)
        pipeline[-1].set_params(max_iter=3, max_leaf_nodes=6)
        return pipeline, rows
    own = ensemble.GradientBoostingClassifier(n_estimators=3, random_state=0)
    return after(
        ORDINAL, own if kind == "gradient" else DecisionTreeClassifier(max_depth=5, random_state=0), rows
    ), rows


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("binary", "native categories"),
        ("multiclass", "native categories"),
        ("multiclass", "gradient"),
        ("binary", "tree"),
    ],
)
def test_contributions_of_trees_are_those_of_every_subset(task: Task, kind: str) -> None:
    pipeline, rows = boosted(task, kind)
    written, model = compiled(pipeline, rows)
    trees, about = written.sites[0].ensemble.trees, margins_of(model)
    categories = dict(enumerate(written.program.categories))
    assert (about.method, bool(categories)) == ("tree_shap", kind == "native categories")
    features = pipeline[:-1].transform(rows.held_out.head(2))
    if categories:
        features = pipeline[-1]._preprocess_X(features, reset=False)
    else:
        features = np.asarray(features, dtype=np.float32).astype(np.float64)
    names = [name.partition("__")[2] for name in pipeline[0].get_feature_names_out()]
    for row, numbers in zip(asked(rows, 2), features, strict=True):
        for output, explanation in enumerate(explained(model, row)):
            sums = np.zeros(len(numbers))
            for tree in (tree for tree in trees if kind == "tree" or tree.output == output):
                # Of a tree of two probabilities the margin is the second's.
                value = of_tree(tree, sides(tree, numbers, categories), 1 if kind == "tree" else 0)
                sums += shapley(value, len(numbers))
            assert [explanation.contributions[name] for name in names] == pytest.approx(sums, abs=1e-12)


def test_contributions_of_a_line_are_those_of_every_subset_of_columns_against_the_mean_row() -> None:
    rows = rows_for("binary")
    pipeline = after(ONE_HOT, linear.LogisticRegression(max_iter=300), rows)
    _, model = compiled(pipeline, rows)
    background, row = rows.learnt[0].head(20), rows.held_out.head(1)

    subsets = [frozenset(known) for size in range(9) for known in combinations(range(8), size)]
    tables = [background.copy() for _ in subsets]
    for known, table in zip(subsets, tables, strict=True):
        for place in known:
            table.isetitem(place, pd.Series([row.iloc[0, place]] * len(table), table.index, row.dtypes.iloc[place]))
    means = pipeline.decision_function(pd.concat(tables)).reshape(len(subsets), -1).mean(axis=1).tolist()
    value = dict(zip(subsets, means, strict=True)).__getitem__
    expected = shapley(value, row.shape[1])
    (explanation,) = explained(model, asked(rows, 1)[0])
    assert [explanation.contributions[str(name)] for name in row.columns] == pytest.approx(expected, abs=1e-10)
    assert explanation.base == pytest.approx(value(frozenset()), abs=1e-10)


def test_those_of_a_forest_are_what_each_split_changes_on_the_way_and_called_approximate() -> None:
    rows = rows_for("binary")
    pipeline = after(ORDINAL, ensemble.RandomForestClassifier(**FEW), rows)
    _, model = compiled(pipeline, rows)
    assert margins_of(model).method == "saabas"
    numbers = np.asarray(pipeline[:-1].transform(rows.held_out.head(3)), dtype=np.float32)
    names = [name.partition("__")[2] for name in pipeline[0].get_feature_names_out()]
    for place, row in enumerate(asked(rows, 3)):
        sums = dict.fromkeys(names, 0.0)
        for each in pipeline[-1].estimators_:
            path = each.decision_path(numbers[place : place + 1]).indices
            values = each.tree_.value[path, 0, 1]
            for node, change in zip(path[:-1], np.diff(values), strict=True):
                sums[names[each.tree_.feature[node]]] += change / len(pipeline[-1].estimators_)
        assert dict(explained(model, row)[0].contributions) == pytest.approx(sums, abs=1e-12)


@cache
def margins_by(name: str) -> tuple[CompiledModel, list[list[Explanation]], Any, str]:
    """A model of every kind, its explanations of twenty rows, and what scikit-learn calls their margins."""
    task, transformer, estimator, margin, words = KINDS[name]
    rows = rows_for(task)
    pipeline = after(transformer, estimator, rows)
    _, model = compiled(pipeline, rows)
    explanations = [explained(model, row) for row in asked(rows, 20)]
    return model, explanations, margin(pipeline, rows.held_out.head(20)), words


def _calibrated(pipeline: Any, table: Any) -> Any:
    features = pipeline[:-1].transform(table)
    return np.mean(
        [fold.estimator.decision_function(features) for fold in pipeline[-1].calibrated_classifiers_], axis=0
    )


def _predicted(pipeline: Any, table: Any) -> Any:
    return pipeline.predict(table)


def _decided(pipeline: Any, table: Any) -> Any:
    return pipeline.decision_function(table)


KINDS: dict[str, tuple[Task, str, Any, Any, str]] = {
    "gradient": ("binary", ONE_HOT, ensemble.GradientBoostingClassifier(**FEW), _decided, "logit"),
    "exponential": (
        *("binary", ONE_HOT, ensemble.GradientBoostingClassifier(loss="exponential", **FEW)),
        *(_decided, "decision"),
    ),
    "classes": ("multiclass", ONE_HOT, ensemble.GradientBoostingClassifier(**FEW), _decided, "logit"),
    "lines": ("multiclass", ONE_HOT, linear.LogisticRegression(max_iter=300), _decided, "logit"),
    "forest of classes": (
        *("multiclass", ORDINAL, ensemble.ExtraTreesClassifier(**FEW)),
        *(lambda pipeline, table: pipeline.predict_proba(table), "probability"),
    ),
    "forest of values": ("regression", ORDINAL, ensemble.RandomForestRegressor(**FEW), _predicted, "value"),
    "ridge": ("regression", ONE_HOT, linear.Ridge(), _predicted, "value"),
    "calibrated": (
        *("binary", ONE_HOT, CalibratedClassifierCV(ensemble.GradientBoostingClassifier(**FEW), cv=2)),
        *(_calibrated, "logit before calibration"),
    ),
    "calibrated line": (
        *("binary", ONE_HOT, CalibratedClassifierCV(linear.SGDClassifier(random_state=0), cv=2)),
        *(_calibrated, "decision before calibration"),
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_contributions_add_up_to_the_margin_whatever_became_of_the_columns(name: str) -> None:
    model, explanations, expected, words = margins_by(name)
    found = [[explanation.margin for explanation in of_row] for of_row in explanations]
    assert np.array(found) == pytest.approx(np.asarray(expected).reshape(20, -1), abs=1e-9)
    assert margins_of(model).explains == words
    names = {column.name for column in model.about.columns}
    assert {frozenset(each.contributions) for of_row in explanations for each in of_row} == {frozenset(names)}


def test_the_margin_is_that_of_the_class_whose_probability_is_given() -> None:
    rows = rows_for("binary")
    for estimator in (ensemble.GradientBoostingClassifier(**FEW), ensemble.RandomForestClassifier(**FEW)):
        pipeline = after(ONE_HOT, estimator, rows)
        ours, theirs = (
            explained(compiled(pipeline, rows, classes)[1], asked(rows, 1)[0])[0]
            for classes in ((False, True), (True, False))
        )
        whole = 1.0 if isinstance(estimator, ensemble.RandomForestClassifier) else 0.0
        assert theirs.margin == pytest.approx(whole - ours.margin, abs=1e-12)
        assert theirs.contributions["dep_delay"] == pytest.approx(-ours.contributions["dep_delay"], abs=1e-12)


def test_a_row_that_is_refused_is_not_explained() -> None:
    model, *_ = margins_by("gradient")
    row = asked(rows_for("binary"), 1)[0]
    with pytest.raises(ValueError, match="the row cannot be explained: it holds an infinity"):
        explained(model, row | {"distance": float("inf")})


def test_trees_that_would_take_too_long_are_explained_by_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_for("binary")
    monkeypatch.setattr(margins, "MOST_STEPS", 100)
    pipeline = after(ONE_HOT, ensemble.GradientBoostingClassifier(**FEW), rows)
    _, model = compiled(pipeline, rows)
    assert margins_of(model).method == "saabas"
    (explanation,) = explained(model, asked(rows, 1)[0])
    assert explanation.margin == pytest.approx(pipeline.decision_function(rows.held_out.head(1))[0], abs=1e-9)


def test_a_line_without_a_mean_row_says_that_it_has_none() -> None:
    rows = rows_for("binary")
    pipeline = after(ONE_HOT, linear.LogisticRegression(max_iter=300), rows).fit(*rows.learnt)
    content = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes).content
    with pytest.raises(Unavailable, match="there is no table whose mean row"):
        explained(CompiledModel(content, this_kernel()), asked(rows, 1)[0])


def test_a_tree_that_knows_one_class_speaks_for_it() -> None:
    rows = rows_for("binary")
    one = Rows(rows.name, rows.task, rows.table, np.full_like(rows.label, rows.classes[1]))
    _, model = compiled(after(ORDINAL, DecisionTreeClassifier(), one), one, rows.classes)
    assert [explanation.margin for explanation in explained(model, asked(rows, 1)[0])] == [1.0]
