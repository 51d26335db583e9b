"""Code as folders."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from infra.local.deploy.assets import Assets


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.py", content)
    return buffer.getvalue()


def test_a_synthesised_folder_is_used_where_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "asset.abc"
    folder.mkdir()
    (folder / "handler.py").write_text("x = 1")
    assets = Assets(tmp_path / "scratch")
    assets.publish("bucket", "abc.zip", folder)
    code = assets.published("bucket", "abc.zip")
    assert code is not None
    assert (code.folder, code.size) == (folder, 5)
    assert assets.folder(code.sha256) == folder
    assert not (tmp_path / "scratch").exists()


def test_a_zip_is_unzipped_once_for_equal_content(tmp_path: Path) -> None:
    assets = Assets(tmp_path)
    first = assets.unzipped(zipped(a="x = 1"))
    (first.folder / "mark").write_text("still here")
    second = assets.unzipped(zipped(a="x = 1"))
    assert second == first
    assert (second.folder / "mark").exists()


def test_other_content_is_another_folder(tmp_path: Path) -> None:
    assets = Assets(tmp_path)
    assert assets.unzipped(zipped(a="x = 1")).folder != assets.unzipped(zipped(a="x = 2")).folder


def test_what_is_no_zip_leaves_nothing(tmp_path: Path) -> None:
    assets = Assets(tmp_path / "scratch")
    with pytest.raises(zipfile.BadZipFile):
        assets.unzipped(b"no zip")
    assert list(tmp_path.rglob("*.py")) == []
