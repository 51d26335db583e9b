"""Several boosted models as one: its raw predictions are the mean of theirs, for scikit-learn and for the kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from serin.domain.charter import Scalar, Task
from serin.domain.errors import Corrupt, Invalid
from serin.learning.compiling.compiler import compile_pipeline
from serin.learning.compiling.parity import matrix_of, prove
from serin.learning.shards.concatenated import ShardTrees, concatenated, read_trees, trees_of, write_trees
from serin.serving.compiled.explaining import explained
from serin.serving.compiled.model import CompiledModel
from serin.serving.manifest import ModelColumn
from tests.kernels import this_kernel

COLUMNS = [ModelColumn("a", "numeric"), ModelColumn("b", "numeric")]
TOLERANCE = 1e-12
LINKS: dict[Task, Any] = {"binary": expit, "multiclass": lambda raw: softmax(raw, axis=1), "regression": np.exp}


def table(rows: int = 1200) -> pd.DataFrame:
    chance = np.random.default_rng(7)
    numbers = {"a": chance.normal(size=rows).round(1), "b": chance.integers(0, 9, rows).astype(float)}
    return pd.DataFrame(numbers).mask(chance.random((rows, 2)) < 0.05)


def asked(task: Task, **params: Any) -> tuple[Any, np.ndarray[Any, Any], tuple[Scalar, ...]]:
    rows, chance = table(), np.random.default_rng(8)
    amount = rows["a"].fillna(0.0).to_numpy() + (rows["b"].fillna(4.0).to_numpy() % 3)
    small = {"max_iter": 7, "max_leaf_nodes": 6, "min_samples_leaf": 5, "random_state": 0, **params}
    if task == "regression":
        return HistGradientBoostingRegressor(loss="gamma", **small), np.exp(amount / 2), ()
    noisy = amount + chance.normal(size=len(rows))
    label = np.digitize(noisy, [0.5, 1.5]) if task == "multiclass" else (noisy > 1).astype(int)
    return HistGradientBoostingClassifier(**small), label, tuple(np.unique(label).tolist())


def fitted_on_thirds(unfitted: Any, label: np.ndarray[Any, Any]) -> list[Any]:
    with threadpool_limits(limits=1):
        return [clone(unfitted).fit(table().iloc[part::3], label[part::3]) for part in range(3)]


def one_of(unfitted: Any, models: list[Any], label: np.ndarray[Any, Any]) -> Any:
    kept = [read_trees(write_trees(trees_of(model))) for model in models]
    with threadpool_limits(limits=1):
        return concatenated(unfitted, kept, table().head(200), label[:200])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("categories", [None, [1]])
def test_the_kernel_answers_by_the_mean_of_the_models_raw_predictions(task: Task, categories: list[int] | None) -> None:
    unfitted, label, classes = asked(task, categorical_features=categories)
    models = fitted_on_thirds(unfitted, label)
    one = one_of(unfitted, models, label)
    compiled = compile_pipeline(one, task, COLUMNS, classes)
    kernel = CompiledModel(compiled.content, this_kernel())
    raw = np.mean([model._raw_predict(table()) for model in models], axis=0)
    expected = LINKS[task](raw)
    scores = np.array(kernel.scores_of(matrix_of(kernel, table()))).reshape(expected.shape)
    assert np.abs(one._raw_predict(table()) - raw).max() < TOLERANCE
    assert (np.abs(scores - expected) / np.maximum(1, expected)).max() < TOLERANCE
    parity = prove(one, compiled, table(), this_kernel())
    assert (parity.is_proven, parity.trees) == (True, 3 * 7 * raw.shape[1])


def test_contributions_add_up_to_the_mean_of_the_margins() -> None:
    unfitted, label, classes = asked("binary")
    models = fitted_on_thirds(unfitted, label)
    kernel = CompiledModel(
        compile_pipeline(one_of(unfitted, models, label), "binary", COLUMNS, classes).content, this_kernel()
    )
    row = {"a": 0.3, "b": 2.0}
    (said,) = explained(kernel, row)
    raw = np.mean([model._raw_predict(pd.DataFrame([row]))[0, 0] for model in models])
    assert said.margin == pytest.approx(raw, abs=TOLERANCE)


def test_it_keeps_the_parameters_and_the_kind_of_what_was_fitted() -> None:
    unfitted, label, _ = asked("binary")
    one = one_of(unfitted, fitted_on_thirds(unfitted, label), label)
    assert (type(one), one.get_params(), one.n_iter_) == (type(unfitted), unfitted.get_params(), 21)


def test_equal_trees_give_equal_bytes_and_other_bytes_are_refused() -> None:
    unfitted, label, _ = asked("binary", categorical_features=[1])
    first, again = (write_trees(trees_of(fitted_on_thirds(unfitted, label)[0])) for _ in range(2))
    assert first == again
    with pytest.raises(Corrupt, match="trees of a shard"):
        read_trees(first[:-200])


def test_models_of_other_categories_cannot_be_one() -> None:
    unfitted, label, _ = asked("binary", categorical_features=[1])
    models = fitted_on_thirds(unfitted, label)
    rare = table().iloc[::3].replace({"b": {8.0: 7.0}})
    with threadpool_limits(limits=1):
        models[1] = clone(unfitted).fit(rare, label[::3])
    with pytest.raises(Invalid, match="shard 2 of 3 know other categories") as refused:
        one_of(unfitted, models, label)
    assert "OrdinalEncoder" in refused.value.remedy


def test_models_of_other_classes_cannot_be_one() -> None:
    unfitted, label, _ = asked("multiclass")
    models = fitted_on_thirds(unfitted, label)
    models[2] = fitted_on_thirds(unfitted, np.where(label == 2, 1, label))[2]
    with pytest.raises(Invalid, match="know other classes"):
        one_of(unfitted, models, label)


def test_a_mean_of_one_is_that_one() -> None:
    unfitted, label, _ = asked("binary")
    (model, *_) = fitted_on_thirds(unfitted, label)
    trees: ShardTrees = trees_of(model)
    with threadpool_limits(limits=1):
        one = concatenated(unfitted, [trees], table().head(200), label[:200])
    assert np.array_equal(one.predict_proba(table()), model.predict_proba(table()))
