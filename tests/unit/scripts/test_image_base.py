"""`serin image --base`: what is no image is refused as such, whatever stands in its place."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from infra.app import ROOT
from infra.packaging.oci import Base
from infra.settings import read_settings, target_for
from serin.domain.errors import Invalid
from serin_cli import image
from tests.builders import a_version

ANY = "a" * 64
DESCRIPTOR = {"digest": f"sha256:{ANY}"}


def archive(file: Path, index: Any, blob: Any) -> Path:
    """An index, and the blob that it names by its digest."""
    digest = hashlib.sha256(json.dumps(blob).encode()).hexdigest()
    contents = {"index.json": json.dumps(index).replace(ANY, digest), f"blobs/sha256/{digest}": json.dumps(blob)}
    with tarfile.open(file, "w") as tar:
        for name, text in contents.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return file


@pytest.mark.parametrize(
    ("index", "blob"),
    [
        ([], {}),
        (None, {}),
        ({"manifests": []}, {}),
        ({"manifests": [7]}, {}),
        ({"manifests": [{"digest": "md5:x"}]}, {}),
        ({"manifests": [DESCRIPTOR]}, []),
        ({"manifests": [DESCRIPTOR]}, {"manifests": [7]}),
        ({"manifests": [DESCRIPTOR]}, {"manifests": [{**DESCRIPTOR, "platform": {"architecture": "z80"}}]}),
        ({"manifests": [DESCRIPTOR]}, {"manifests": [{**DESCRIPTOR, "platform": {"os": "windows"}}]}),
        ({"manifests": [DESCRIPTOR]}, {"config": None}),
        ({"manifests": [DESCRIPTOR]}, {"config": DESCRIPTOR, "layers": []}),
    ],
)
def test_what_has_no_image_is_refused_with_what_to_do(index: Any, blob: Any, tmp_path: Path) -> None:
    target = target_for(read_settings(ROOT / "cdk.json"), "local")
    with pytest.raises(Invalid, match="is no OCI layout of an image for") as caught:
        image._base(archive(tmp_path / "base.tar", index, blob), target)
    assert "skopeo copy" in caught.value.remedy


def test_an_image_is_run_by_whom_its_base_is_run_by_and_says_what_the_base_says() -> None:
    target = target_for(read_settings(ROOT / "cdk.json"), "local")
    said = {"User": "65532", "Env": ["PATH=/bin", "PYTHONPATH=/x"], "Labels": {"a": "b"}, "Cmd": ["sh"]}
    config = image._config(a_version(3), target, {"SERIN_STAGE": "dev"}, Base(config={"config": said}))["config"]
    assert (config["User"], config["Labels"]["a"], config["Cmd"]) == ("65532", "b", ["handler.handle"])
    assert [one for one in config["Env"] if one.startswith("PYTHONPATH")] == [
        "PYTHONPATH=/var/task:/opt/python:/var/runtime"
    ]
    nothing = image._config(a_version(3), target, {}, Base(config={"config": None}))["config"]
    assert "User" not in nothing


def test_what_is_no_archive_or_not_there_is_refused_too(tmp_path: Path) -> None:
    target = target_for(read_settings(ROOT / "cdk.json"), "local")
    (tmp_path / "text").write_text("FROM python")
    for name in ("text", "nowhere", "."):
        with pytest.raises(Invalid, match="is no OCI layout"):
            image._base(tmp_path / name, target)
