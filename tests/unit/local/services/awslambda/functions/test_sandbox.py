"""A function's file system is Lambda's: /tmp can be written, nothing else can, and processes share no memory."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.services.awslambda.functions.sandbox import ReadOnly
from tests.unit.local.services.awslambda.functions.conftest import Functions

TRIES = """
    import errno, multiprocessing, os, tempfile
    from multiprocessing.shared_memory import SharedMemory
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    def answer(do):
        try:
            do()
        except OSError as error:
            return errno.errorcode[error.errno]
        return "done"

    def handle(event, context):
        outside = Path(event)
        (outside / "there").read_text()
        temporary = Path(tempfile.gettempdir())
        return {
            "beside the code": answer(lambda: open("cache.json", "w")),
            "elsewhere": answer(lambda: (outside / "there").write_text("x")),
            "with os.open": answer(lambda: os.open(outside / "new", os.O_CREAT | os.O_WRONLY)),
            "a folder": answer(lambda: os.makedirs(outside / "folder" / "in it")),
            "away": answer((outside / "there").unlink),
            "moved in": answer(lambda: (temporary / "a").write_text("x") and (temporary / "a").rename(outside / "a")),
            "through a link": answer(lambda: (temporary / "l").symlink_to(outside) or (temporary / "l/n").touch()),
            "a lock": answer(multiprocessing.Lock),
            "a queue": answer(multiprocessing.Queue),
            "a pool": answer(lambda: ProcessPoolExecutor(2).submit(int)),
            "shared memory": answer(lambda: SharedMemory(create=True, size=8)),
            "/dev/shm": answer(lambda: open("/dev/shm/serin-sandbox", "w")),
            "nowhere": answer(lambda: open(outside / "no" / "folder", "w")),
            "/tmp": answer(lambda: (temporary / "b").write_text("x") and (temporary / "b").unlink()),
            "/dev/null": answer(lambda: open("/dev/null", "w").write("x")),
            "a pipe": answer(multiprocessing.Pipe),
        }
"""


def test_a_function_writes_to_its_temporary_folder_and_nowhere_else(functions: Functions) -> None:
    version = functions.write(TRIES)
    outside = functions.layer("own", {"there": "kept"}) / "python"
    answers = functions.answer(replace(version, layers=(outside.parent,)), str(outside))
    refused = ("beside the code", "elsewhere", "with os.open", "a folder", "away", "moved in", "through a link")
    locked = ("a lock", "a queue", "a pool", "shared memory")
    assert answers == {
        **dict.fromkeys(refused, "EROFS"),
        **dict.fromkeys(locked, "ENOSYS"),
        **dict.fromkeys(("/dev/shm", "nowhere"), "ENOENT"),
        **dict.fromkeys(("/tmp", "/dev/null", "a pipe"), "done"),
    }
    assert [path.name for path in outside.iterdir()] == ["there"]


@pytest.fixture
def judge(tmp_path: Path) -> ReadOnly:
    (tmp_path / "there").touch()
    (tmp_path / "may").mkdir()
    return ReadOnly([str(tmp_path / "may")], [])


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("open", ("there", "r", os.O_RDONLY)),
        ("open", ("there", "x", os.O_CREAT | os.O_EXCL | os.O_WRONLY)),
        ("open", ("missing/new", "w", os.O_CREAT | os.O_WRONLY)),
        ("open", ("may/new", "w", os.O_CREAT | os.O_WRONLY)),
        ("open", (3, "w", os.O_WRONLY)),
        ("os.mkdir", ("may", 0o777, -1)),
        ("os.remove", ("missing", -1)),
        ("os.truncate", (3, 0)),
        ("import", ("there",)),
    ],
)
def test_what_changes_nothing_or_fails_by_itself_is_left_to_the_system(
    judge: ReadOnly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: str, told: tuple[Any, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    judge(event, told)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("open", ("there", "r+", os.O_RDWR)),
        ("open", (b"new", "x", os.O_CREAT | os.O_EXCL | os.O_WRONLY)),
        ("os.mkdir", ("new", 0o777, -1)),
        ("os.symlink", ("may", "new", -1)),
        ("os.link", ("there", "new", -1, -1)),
        ("os.rename", ("there", "may/there", -1, -1)),
        ("os.rename", ("may", "new", -1, -1)),
        ("os.truncate", ("there", 0)),
        ("os.chmod", ("there", 0o600, -1)),
        ("os.utime", (Path("there"), None, None, -1)),
        ("os.rmdir", ("may", -1)),
    ],
)
def test_each_change_outside_is_refused_as_on_a_file_system_that_is_read_only(
    judge: ReadOnly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: str, told: tuple[Any, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match="Read-only file system") as refused:
        judge(event, told)
    assert refused.value.errno == errno.EROFS


def test_a_name_relative_to_an_open_folder_is_judged_where_it_lies(judge: ReadOnly, tmp_path: Path) -> None:
    for name, refused in (("may", False), ("", True)):
        (tmp_path / name / "file").touch()
        folder = os.open(tmp_path / name, os.O_RDONLY)
        try:
            if refused:
                with pytest.raises(OSError, match="Read-only"):
                    judge("os.remove", ("file", folder))
            else:
                judge("os.remove", ("file", folder))
        finally:
            os.close(folder)
