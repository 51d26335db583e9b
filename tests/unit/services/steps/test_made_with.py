from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from serin.services.steps import made_with
from serin.services.steps.made_with import layer_digest, lock_digest


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
        monkeypatch.setattr(made_with, "distribution", lambda _, here=here: here)
        found[case] = lock_digest("scikit-learn")
    assert found["one"] == found["two"] != found["three"]


def test_another_line_of_the_library_is_another_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_with, "LIBRARY", tmp_path)
    (tmp_path / "room").mkdir()
    digests = set()
    for text in ("x = 1\n", "x = 2\n"):
        (tmp_path / "room" / "rules.py").write_text(text)
        layer_digest.cache_clear()
        digests.add(layer_digest())
    layer_digest.cache_clear()
    assert len(digests) == 2
