"""The state folder is one cloud's and one user's, and a file in it is written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from infra.local.state.folder import StateFolder, check_private
from serin.domain.errors import Conflict, Denied, Invalid
from serin.files.replaced import replace_file


def test_the_folder_is_made_for_its_user_alone(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "a" / "state") as folder:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_second_cloud_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "state"), pytest.raises(Conflict, match="Another local cloud uses"):
        StateFolder(tmp_path / "state")
    StateFolder(tmp_path / "state").close()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(Invalid, match="is not a folder"):
        StateFolder(tmp_path / "state")


def test_a_folder_others_may_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    with pytest.raises(Denied, match=r"open to others \(mode 777\)"):
        StateFolder(tmp_path / "state")


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    replace_file(file, b"")
    check_private(file, 0o077)
    somebody = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    with pytest.raises(Denied, match="belongs to user"):
        check_private(file, 0o077)


def test_a_file_is_replaced_whole_and_for_its_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    replace_file(file, b"one")
    replace_file(file, b"two")
    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_writing_that_was_cut_short_leaves_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    replace_file(file, b"one")

    def no_disk(_descriptor: int) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", no_disk)
    with pytest.raises(OSError):
        replace_file(file, b"two")
    assert file.read_bytes() == b"one"


@pytest.mark.parametrize("name", ["state", "objects", "code", "owner.lock", "anything"])
def test_a_link_in_the_folder_is_refused_and_not_followed(name: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Denied, match=f"{name} is a link") as caught:
        StateFolder(tmp_path / "state")
    assert caught.value.remedy
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["objects/a", "code/a"])
def test_a_link_among_what_is_kept_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "state" / name).parent.mkdir(parents=True)
    (tmp_path / "state").chmod(0o700)
    (tmp_path / "state" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Denied, match=f"{name} is a link"):
        StateFolder(tmp_path / "state")


@pytest.mark.parametrize("name", ["state", "objects", "code", "owner.lock", "anything", "objects/a"])
def test_a_pipe_in_the_folder_is_refused_and_not_waited_for(name: str, tmp_path: Path) -> None:
    (tmp_path / "state" / name).parent.mkdir(parents=True)
    (tmp_path / "state").chmod(0o700)
    os.mkfifo(tmp_path / "state" / name)
    with pytest.raises(Denied, match=f"{name} is neither a file nor a folder"):
        StateFolder(tmp_path / "state")


@pytest.mark.parametrize(("name", "kind"), [("state", "folder"), ("owner.lock", "folder"), ("code", "file")])
def test_a_folder_for_a_file_is_refused_and_a_file_for_a_folder(name: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    place = tmp_path / "state" / name
    place.mkdir() if kind == "folder" else place.touch()
    with pytest.raises(Denied, match=f"{name} is a {kind}"):
        StateFolder(tmp_path / "state")
