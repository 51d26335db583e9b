from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from serin.domain.charter import Charter
from serin.domain.errors import Invalid
from serin.learning.pipelines import default_pipeline, pipeline_maker
from serin.serving.manifest import ModelColumn
from tests.builders import a_charter
from tests.unit.learning.orders import order_columns

WriteCode = Callable[[str], None]


@pytest.fixture
def write_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteCode]:
    """Puts a `pipeline.py` on the path as a package of its own name, and takes it away again."""

    def write(source: str) -> None:
        folder = tmp_path / "code_of_orders"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "pipeline.py").write_text(source)
        importlib.invalidate_caches()

    monkeypatch.syspath_prepend(str(tmp_path))
    yield write
    for name in [name for name in sys.modules if name.startswith("code_of_orders")]:
        del sys.modules[name]


def with_pipeline(charter: Charter) -> Charter:
    return replace(charter, training=replace(charter.training, pipeline="pipeline.py"))


def test_the_default_pipeline_takes_nulls_and_categories_it_has_never_seen() -> None:
    columns = order_columns()
    model: Any = default_pipeline("binary", columns.columns, {"max_leaf_nodes": 7})
    model.fit(columns.table, columns.label)
    strange = columns.table.head(3).copy()
    strange["shop"] = pd.Series(["mars", np.nan, "south"], dtype=object)
    scores = model.predict_proba(strange)
    assert np.isfinite(scores).all()
    null = strange.assign(shop=pd.Series([np.nan, np.nan, "south"], dtype=object))
    assert (scores[0] == model.predict_proba(null)[0]).all(), "a category never seen counts as unknown"


def test_the_default_pipeline_uses_its_categories() -> None:
    columns = order_columns()
    model: Any = default_pipeline("binary", columns.columns, {})
    model.fit(columns.table, columns.label)
    here, there = columns.table.head(50).copy(), columns.table.head(50).copy()
    here["shop"], there["shop"] = "south", "north"
    assert model.predict_proba(here)[:, 1].mean() > model.predict_proba(there)[:, 1].mean() + 0.05


def test_columns_of_one_kind_only_are_enough() -> None:
    table = pd.DataFrame({"a": [0.0, 1.0] * 50})
    model: Any = default_pipeline("binary", [ModelColumn("a", "numeric")], {"min_samples_leaf": 1})
    model.fit(table, np.array([False, True] * 50))
    assert model.predict_proba(table)[1, 1] > 0.9


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_there_is_a_default_for_every_task(task: Any) -> None:
    columns = order_columns()
    label = np.arange(len(columns.label)) % 3
    model: Any = default_pipeline(task, columns.columns, {}).fit(columns.table, label)
    assert model.predict(columns.table).shape == label.shape


def test_a_parameter_the_default_does_not_have_is_refused_with_its_place_in_the_charter() -> None:
    with pytest.raises(Invalid, match="depth") as caught:
        default_pipeline("binary", order_columns().columns, {"depth": 3})
    assert caught.value.field == "training.search.space.depth"


def test_the_models_own_pipeline_gets_columns_and_params(write_code: WriteCode) -> None:
    write_code(
        "from sklearn.dummy import DummyClassifier\n"
        "def pipeline(columns, params):\n"
        "    made = DummyClassifier(strategy='constant', constant=params['constant'])\n"
        "    made.seen = [(c.name, c.kind) for c in columns]\n"
        "    return made\n"
    )
    make = pipeline_maker(with_pipeline(a_charter()), "code_of_orders")
    made: Any = make(order_columns().columns, {"constant": True})
    assert made.constant is True
    assert made.seen == [("amount", "numeric"), ("shop", "categorical"), ("queue.length", "numeric")]


def test_a_file_without_the_function_is_refused(write_code: WriteCode) -> None:
    write_code("def pipelines(columns, params): ...\n")
    with pytest.raises(Invalid, match="no function `pipeline`"):
        pipeline_maker(with_pipeline(a_charter()), "code_of_orders")


def test_a_pipeline_that_cannot_answer_probabilities_is_refused(write_code: WriteCode) -> None:
    write_code("from sklearn.svm import LinearSVC\ndef pipeline(columns, params): return LinearSVC()\n")
    make = pipeline_maker(with_pipeline(a_charter()), "code_of_orders")
    with pytest.raises(Invalid, match="LinearSVC without `predict_proba`"):
        make(order_columns().columns, {})


def test_without_a_file_the_default_is_made() -> None:
    made: Any = pipeline_maker(a_charter())(order_columns().columns, {"learning_rate": 0.3})
    assert made[-1].learning_rate == 0.3
