from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from serin.domain.charter import Task
from serin.domain.errors import Corrupt, Invalid, ModelFailed, NotReleased
from serin.serving.compiled.layout import VERSION
from serin.serving.estimators import sha256_of
from serin.serving.manifest import Manifest, ModelColumn
from serin.serving.model import ServedModel, open_model
from serin.serving.on_demand import load_functions
from serin.serving.package import PACKAGE, ModelPackage, find_package
from serin.serving.pipeline_model import PipelineModel
from serin.serving.scoring import scores_of
from serin.serving.table import table_of
from tests.builders import NOON
from tests.kernels import kernel_folder
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import Released, as_rows, on_path, orders_charter, release

COLUMNS = order_columns()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    made = release(tmp_path_factory.mktemp("layer"), orders_charter(), COLUMNS)
    with on_path(made.folder):
        yield made


@pytest.fixture(scope="module")
def model(released: Released) -> ServedModel:
    return open_model(find_package(), released.sha256)


@pytest.fixture(scope="module")
def pipeline(released: Released) -> ServedModel:
    return open_model(find_package(), released.sha256, "scikit-learn")


def test_forced_to_it_scikit_learn_answers_bit_for_bit(released: Released, pipeline: ServedModel) -> None:
    trained: Any = released.fitted.estimator
    assert (pipeline.runtime, pipeline.instead) == ("scikit-learn", None)
    assert pipeline.score(as_rows(COLUMNS)) == trained.predict_proba(COLUMNS.table)[:, 1].tolist()


def test_what_was_proven_is_served_compiled_and_answers_the_same(model: ServedModel, pipeline: ServedModel) -> None:
    rows = as_rows(COLUMNS)
    assert (model.runtime, model.instead) == ("compiled", None)
    compiled, fitted = model.score(rows), pipeline.score(rows)
    assert compiled == pytest.approx(fitted, rel=0, abs=1e-12)
    assert [model.answer(score)["label"] for score in compiled] == [pipeline.answer(score)["label"] for score in fitted]


def test_a_row_alone_scores_as_it_does_among_others(model: ServedModel) -> None:
    rows = as_rows(COLUMNS)[:50]
    assert [model.score([row])[0] for row in rows] == model.score(rows)


def test_a_table_has_the_types_of_training_whatever_a_request_holds(released: Released, model: ServedModel) -> None:
    columns = model.facts.columns
    served = table_of(as_rows(COLUMNS), columns)
    pd.testing.assert_frame_equal(served, COLUMNS.table, check_exact=True)
    nothing = table_of([dict.fromkeys(COLUMNS.table.columns)], columns)
    assert list(nothing.dtypes) == list(COLUMNS.table.dtypes)


def test_booleans_and_moments_become_the_numbers_of_training(model: ServedModel) -> None:
    table = table_of([{"amount": True, "queue.length": NOON, "shop": "north"}], model.facts.columns)
    assert table["amount"][0] == 1.0
    assert table["queue.length"][0] == NOON.timestamp()


@pytest.mark.parametrize(("name", "value"), [("amount", "12"), ("shop", 5), ("shop", True)])
def test_a_feature_of_another_kind_than_in_training_is_refused(name: str, value: Any, model: ServedModel) -> None:
    row = {"amount": 1.0, "shop": "north", "queue.length": 3, name: value}
    with pytest.raises(Invalid) as caught:
        model.score([row])
    assert caught.value.field == name


def test_an_answer_is_a_label_and_the_probability_of_the_positive_class(model: ServedModel) -> None:
    row = {"amount": 300.0, "shop": "south", "queue.length": 11}
    (score,) = model.score([row])
    assert type(score) is float
    assert model.answer(score) == {"label": True, "probability": score, "positive": True}


def test_a_category_never_seen_and_a_row_of_nulls_are_answered(model: ServedModel) -> None:
    rows = [{"amount": 1.0, "shop": "mars", "queue.length": 1}, dict.fromkeys(COLUMNS.table.columns)]
    assert all(0.0 < score < 1.0 for score in model.score(rows) if isinstance(score, float))


def test_a_model_whose_digest_is_not_the_recorded_one_is_not_opened(released: Released) -> None:
    with pytest.raises(Corrupt):
        open_model(find_package(), "0" * 64)


def test_a_changed_file_is_not_opened(tmp_path: Path, released: Released) -> None:
    folder = tmp_path / "python"
    shutil.copytree(released.folder, folder)
    file = folder / "serin_model" / "model.joblib"
    file.write_bytes(file.read_bytes() + b"\0")
    with on_path(folder), pytest.raises(Corrupt):
        open_model(find_package(), released.sha256, "scikit-learn")


def test_a_compiled_file_that_cannot_be_used_is_answered_for_and_said(
    tmp_path: Path, released: Released, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "python"
    shutil.copytree(released.folder, folder)
    file = folder / "serin_model" / "model.bin"
    proven = file.read_bytes()
    file.write_bytes(proven + b"\0")
    with on_path(folder):
        changed = open_model(find_package(), released.sha256)
        later = proven[:8] + (VERSION + 1).to_bytes(4, "little") + proven[12:]
        file.write_bytes(later)
        package = find_package()
        package.facts.proven = sha256_of(later)
        unread = open_model(package, released.sha256)
        file.unlink()
        missing = open_model(find_package(), released.sha256)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(kernel_folder())])
    without_kernel = open_model(ModelPackage(str(released.folder / PACKAGE)), released.sha256)
    for model, reason in (
        (changed, "not what was proven"),
        (unread, "a version of the format"),
        (missing, "cannot be read"),
        (without_kernel, "no kernel"),
    ):
        assert model.runtime == "scikit-learn"
        assert reason in (model.instead or "")
        assert len(model.score(as_rows(COLUMNS)[:2])) == 2


def test_without_a_package_no_model_is_released_yet() -> None:
    with pytest.raises(NotReleased, match="No model released yet"):
        find_package("serin_model_that_is_not_there")


def test_the_packages_own_functions_are_found(released: Released) -> None:
    charter = orders_charter()
    asking = replace(charter, features=replace(charter.features, on_demand={"hour": "features:hour"}))
    hour = load_functions(asking)["hour"]
    assert hour.arguments == ("at",)
    assert hour.function(NOON) == 12
    wrong = replace(charter, features=replace(charter.features, on_demand={"hour": "features:minute"}))
    with pytest.raises(Invalid, match="no function minute"):
        load_functions(wrong)


class Broken:
    classes_ = np.array([False, True])

    def predict_proba(self, table: pd.DataFrame) -> Any:
        return np.full((len(table), 2), np.nan)


def test_a_score_that_is_no_number_is_never_answered() -> None:
    broken: Any = Broken()
    manifest = Manifest("m", "binary", "s", {}, (ModelColumn("a", "numeric"),), (False, True), {}, "0")
    with pytest.raises(ModelFailed, match="no finite number"):
        PipelineModel(manifest, broken).score([{"a": 1.0}])


@pytest.mark.parametrize(
    ("task", "kind", "label"),
    [
        ("multiclass", "string", lambda row: "abc"[(row["queue.length"] or 0) % 3]),
        ("regression", "number", lambda row: (row["queue.length"] or 0) * 1.5),
    ],
)
def test_every_task_is_served_as_it_was_fitted(task: Task, kind: str, label: Any, tmp_path: Path) -> None:
    columns = order_columns(label=label, kind=kind)
    made = release(tmp_path, orders_charter(task), columns)
    with on_path(made.folder):
        model = open_model(find_package(), made.sha256)
        scores = model.score(as_rows(columns))
    assert model.runtime == "compiled"
    own = scores_of(made.fitted.estimator, task, made.fitted.classes, columns.table)
    np.testing.assert_allclose(scores, own, rtol=0, atol=1e-12)
    answers = [model.answer(score) for score in scores]
    if task == "regression":
        assert set(answers[0]) == {"value"}
    else:
        assert np.mean([answer["label"] == truth for answer, truth in zip(answers, columns.label, strict=True)]) > 0.9


def test_what_every_answer_needs_is_read_as_charter_and_manifest_say_it(released: Released) -> None:
    package = find_package()
    fields = ("name", "type", "nullable", "min", "max")
    for read, said in zip(package.inputs, package.charter.inputs, strict=True):
        assert [getattr(read, name) for name in fields] == [getattr(said, name) for name in fields]
    for column, of_manifest in zip(package.facts.columns, package.manifest.columns, strict=True):
        assert (column.name, column.kind, tuple(column.categories)) == astuple(of_manifest)
    facts, manifest = package.facts, package.manifest
    assert (facts.task, facts.classes, facts.sha256, facts.uncompiled) == (
        manifest.task, manifest.classes, manifest.sha256, manifest.uncompiled
    )  # fmt: skip
    assert manifest.compilation is not None
    assert facts.proven == manifest.compilation.sha256
    assert package.uses is None, "a view is looked up"
