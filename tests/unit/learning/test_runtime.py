from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import sklearn

from serin.learning import runtime
from serin.learning.runtime import lock_digest, runtime_versions


def test_the_runtime_names_what_a_fitted_model_depends_on() -> None:
    found = runtime_versions()
    assert set(found) == {"python", "numpy", "pandas", "scikit-learn", "joblib"}
    assert found["scikit-learn"] == sklearn.__version__


def install(folder: Path, **packages: str) -> None:
    for name, version in packages.items():
        notes = folder / f"{name}-{version}.dist-info"
        notes.mkdir(parents=True)
        (notes / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_another_version_beside_scikit_learn_is_another_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for case, numpy in (("one", "2.4.6"), ("two", "2.4.6"), ("three", "2.5.0")):
        install(tmp_path / case, scikit_learn="1.9.1", numpy=numpy)
        here = SimpleNamespace(locate_file=lambda _, folder=tmp_path / case: folder)
        monkeypatch.setattr(runtime, "distribution", lambda _, here=here: here)
        found[case] = lock_digest()
    assert found["one"] == found["two"] != found["three"]


def test_this_environment_has_a_lock() -> None:
    assert len(lock_digest()) == 64
