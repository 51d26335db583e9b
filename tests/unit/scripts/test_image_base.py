"""`serin image --base`: what is no image is refused as such, whatever stands in its place."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from infra.app import ROOT
from infra.settings import read_settings, target_for
from serin.domain.errors import Invalid
from serin_cli import image

DESCRIPTOR = {"digest": f"sha256:{'a' * 64}"}


def archive(file: Path, index: Any, blob: Any) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, record in (("index.json", index), (f"blobs/sha256/{'a' * 64}", blob)):
            content = json.dumps(record).encode()
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
        ({"manifests": [DESCRIPTOR]}, {"config": None}),
        ({"manifests": [DESCRIPTOR]}, {"config": DESCRIPTOR, "layers": []}),
    ],
)
def test_what_has_no_image_is_refused_with_what_to_do(index: Any, blob: Any, tmp_path: Path) -> None:
    target = target_for(read_settings(ROOT / "cdk.json"), "local")
    with pytest.raises(Invalid, match="is no OCI layout of an image for") as caught:
        image._base(archive(tmp_path / "base.tar", index, blob), target)
    assert "skopeo copy" in caught.value.remedy


def test_what_is_no_archive_or_not_there_is_refused_too(tmp_path: Path) -> None:
    target = target_for(read_settings(ROOT / "cdk.json"), "local")
    (tmp_path / "text").write_text("FROM python")
    for name in ("text", "nowhere", "."):
        with pytest.raises(Invalid, match="is no OCI layout"):
            image._base(tmp_path / name, target)
