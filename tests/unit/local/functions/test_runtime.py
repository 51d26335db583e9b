"""The runtime's own packages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from infra.local.functions import runtime_folder as subject
from infra.local.functions.runtime_folder import runtime_folder
from serin.domain.errors import Unavailable
from tests.unit.local.functions.conftest import BUILD, Functions


def test_the_folder_is_made_once_and_byte_compiled(runtime: Path) -> None:
    began = time.monotonic()
    assert runtime_folder(BUILD) == runtime
    assert time.monotonic() - began < 0.2
    assert list((runtime / "boto3" / "__pycache__").glob("session.*.pyc"))


def test_a_build_that_fails_says_so_and_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("boto3==1.44.5 --hash=sha256:" + "0" * 64)
    monkeypatch.setattr(subject, "LOCK", lock)
    with pytest.raises(Unavailable):
        runtime_folder(tmp_path / "build")
    assert list((tmp_path / "build" / "runtime").iterdir()) == []


def test_the_client_without_compiled_parts_behaves_the_same(functions: Functions) -> None:
    pure = functions.layer("pure", {"runtime_client.py": subject.PURE_CLIENT.read_text()})
    source = """
        import os, runtime_client
        def handle(event, context):
            if event == "fail":
                raise KeyError("origin")
            return [os.getpid(), runtime_client.__file__, event, context.aws_request_id]
    """
    version = functions.write(source, layers=(pure,))
    pid, file, event, request_id = functions.answer(version, "é")
    assert file.endswith("runtime_client.py")
    assert event == "é"
    assert request_id
    assert functions.invoke(version, "fail").status == "error"
    assert functions.answer(version)[0] == pid
