"""A file is written whole, with its mode from the first byte on, and a link in its place is never followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from serin.files.replaced import SECRET, export_file, replace_file


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_its_owners_alone_whatever_stood_there(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old and longer")
    file.chmod(0o666)
    before = os.open(file, os.O_RDONLY)
    replace_file(file, b"new", SECRET)
    assert (file.read_bytes(), mode_of(file)) == (b"new", 0o600)
    # Whoever had the readable file open does not read the secret in it.
    assert os.read(before, 100) == b"old and longer"
    os.close(before)


def test_its_mode_is_there_before_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    fsync = os.fsync

    def seen(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    replace_file(tmp_path / "a", b"secret")
    assert modes == [0o600]


def test_a_link_in_its_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    (tmp_path / "token").symlink_to(target)
    replace_file(tmp_path / "token", b"secret")
    assert (target.read_text(), (tmp_path / "token").is_symlink()) == ("mine", False)


def test_what_goes_wrong_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file(tmp_path / "a", b"old")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_an_export_keeps_the_mode_of_its_file_and_follows_a_persons_own_link(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("old")
    file.chmod(0o640)
    (tmp_path / "link.csv").symlink_to(file)
    export_file(tmp_path / "link.csv", b"new")
    assert (file.read_bytes(), mode_of(file), (tmp_path / "link.csv").is_symlink()) == (b"new", 0o640, True)


def test_a_new_export_is_as_the_umask_says(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        export_file(tmp_path / "page.html", b"page")
    finally:
        os.umask(umask)
    assert mode_of(tmp_path / "page.html") == 0o640


def test_what_is_no_file_is_written_into(tmp_path: Path) -> None:
    export_file(Path("/dev/null"), b"gone")
    assert not Path("/dev/null").is_file()
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    export_file(tmp_path / "pipe", b"page")
    assert os.read(reader, 10) == b"page"
    os.close(reader)
