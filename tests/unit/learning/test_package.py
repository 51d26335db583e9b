from __future__ import annotations

import copy
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from serin.domain.charter import Charter
from serin.domain.compilation import Compilation
from serin.domain.errors import Corrupt, Invalid
from serin.domain.explainability import Explained
from serin.domain.records import from_record
from serin.learning.fitting import refit
from serin.learning.package import estimator_bytes, manifest_of, model_layer
from serin.learning.pipelines import pipeline_maker
from serin.serving.estimators import open_estimator, sha256_of
from serin.serving.manifest import Manifest
from tests.builders import a_charter
from tests.unit.learning.orders import order_columns

CODE = {"features.py": b"def hour(at):\n    return at.hour\n", "pipeline.py": b"X = 1\n"}


@pytest.fixture(scope="module")
def fitted() -> Any:
    charter = a_charter()
    columns = order_columns()
    return refit(columns, charter.task, pipeline_maker(charter), {"max_iter": 5})


@pytest.fixture(scope="module")
def estimator(fitted: Any) -> bytes:
    return estimator_bytes(fitted.estimator)


@pytest.fixture(scope="module")
def manifest(fitted: Any, estimator: bytes) -> Manifest:
    return manifest_of(a_charter(), "set1", {"max_iter": 5}, fitted, estimator)


def test_the_layer_holds_the_model_and_its_code_and_nothing_else(manifest: Manifest, estimator: bytes) -> None:
    layer = zipfile.ZipFile(io.BytesIO(model_layer(a_charter(), manifest, estimator, CODE)))
    assert layer.namelist() == [
        "python/model_code/__init__.py",
        "python/model_code/features.py",
        "python/model_code/pipeline.py",
        "python/serin_model/__init__.py",
        "python/serin_model/charter.json",
        "python/serin_model/manifest.json",
        "python/serin_model/model.joblib",
    ]
    assert layer.read("python/model_code/features.py") == CODE["features.py"]
    assert from_record(Charter, json.loads(layer.read("python/serin_model/charter.json"))) == a_charter()
    assert from_record(Manifest, json.loads(layer.read("python/serin_model/manifest.json"))) == manifest
    assert layer.read("python/serin_model/model.joblib") == estimator


def test_every_file_of_the_layer_can_be_read_by_anybody(manifest: Manifest, estimator: bytes) -> None:
    layer = zipfile.ZipFile(io.BytesIO(model_layer(a_charter(), manifest, estimator, CODE)))
    assert {stat.S_IMODE(entry.external_attr >> 16) for entry in layer.infolist()} == {0o644}


def test_equal_parts_give_equal_bytes(manifest: Manifest, estimator: bytes, fitted: Any) -> None:
    backwards = dict(reversed(CODE.items()))
    layer = model_layer(a_charter(), manifest, estimator, CODE)
    assert layer == model_layer(a_charter(), manifest, estimator, backwards)
    assert estimator == estimator_bytes(fitted.estimator)


def test_the_file_does_not_tell_on_how_many_processors_trees_were_fitted(fitted: Any, estimator: bytes) -> None:
    elsewhere = copy.deepcopy(fitted.estimator)
    (trees,) = [step for _, step in elsewhere.steps if hasattr(step, "_bin_mapper")]
    trees._bin_mapper.n_threads = 7
    assert estimator_bytes(elsewhere) == estimator
    assert open_estimator(estimator, sha256_of(estimator)).steps[-1][1]._bin_mapper.n_threads is None


def test_the_manifest_says_what_a_version_number_does_not_change(manifest: Manifest, estimator: bytes) -> None:
    assert manifest.sha256 == sha256_of(estimator)
    assert manifest.classes == (False, True)
    assert [(column.name, column.kind) for column in manifest.columns] == [
        ("amount", "numeric"),
        ("shop", "categorical"),
        ("queue.length", "numeric"),
    ]
    assert manifest.columns[1].categories == ("east", "north", "south")
    assert manifest.training_set == "set1"
    assert manifest.params == {"max_iter": 5}
    assert {"python", "numpy", "scikit-learn"} <= set(manifest.runtime)


@pytest.mark.parametrize("name", ["../evil.py", "a/b.py", "run.sh", "a-b.py", "x.py\n", ""])
def test_code_cannot_be_put_outside_its_package(name: str, manifest: Manifest, estimator: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        model_layer(a_charter(), manifest, estimator, {name: b""})
    assert caught.value.field == "code"


def test_a_manifest_of_another_estimator_is_refused(manifest: Manifest) -> None:
    with pytest.raises(Invalid, match="another estimator"):
        model_layer(a_charter(), manifest, b"other", CODE)


def test_an_estimator_comes_back_as_it_was(fitted: Any, estimator: bytes) -> None:
    back: Any = open_estimator(estimator, sha256_of(estimator))
    table = order_columns().table.head(20)
    assert (back.predict_proba(table) == fitted.estimator.predict_proba(table)).all()


class Bomb:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return Path.touch, (self.trace,)


def test_bytes_whose_digest_is_not_recorded_are_never_opened(tmp_path: Path, estimator: bytes) -> None:
    trace = tmp_path / "executed"
    bomb: Any = Bomb(trace)
    content = estimator_bytes(bomb)
    with pytest.raises(Corrupt):
        open_estimator(content, sha256_of(estimator))
    assert not trace.exists()
    open_estimator(content, sha256_of(content))
    assert trace.exists(), "the bomb does not work, so the test showed nothing"


def test_what_a_clock_has_said_makes_no_other_layer(fitted: Any, estimator: bytes) -> None:
    """A rerun is held to the digest of the first run's layer."""
    manifests = [
        manifest_of(
            *(a_charter(), "set1", {}, fitted, estimator),
            Compilation("f" * 64, explained=Explained("tree_shap", "log_odds", rows=200, median_ms=ms, worst_ms=ms)),
        )
        for ms in (0.5, 0.7)
    ]
    assert manifests[0] == manifests[1]
    assert manifests[0].compilation == Compilation("f" * 64, explained=Explained("tree_shap", "log_odds"))
