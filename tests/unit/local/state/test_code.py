"""Code that a state says it holds is there, in its own folder, or the state is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.state.bodies import Bodies
from infra.local.state.code import CodeRecord, KeptAssets
from serin.domain.errors import Corrupt


@pytest.mark.parametrize("name", ["gone", "../elsewhere", "/etc", "", ".", "..", "a/b"])
def test_code_that_is_not_in_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(Corrupt, match="is missing from the state") as caught:
        KeptAssets(tmp_path / "code").restore(CodeRecord({"sha": name}, {}))
    assert "empty one" in caught.value.remedy


@pytest.mark.parametrize("name", ["../elsewhere", "/etc/passwd", "x", "A" * 64])
def test_a_body_of_another_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Corrupt):
        Bodies(tmp_path / "objects").open(name, 10)


def test_a_body_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "objects")
    (tmp_path / "elsewhere").write_bytes(b"secret")
    name = "5" * 64
    (tmp_path / "objects" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Corrupt, match="missing or changed"):
        bodies.open(name, 10)
