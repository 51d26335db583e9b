"""The runtime's own packages."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.services.awslambda.functions import runtime_folder as subject
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.local.session import Session
from serin.domain.errors import Unavailable
from tests.unit.local.services.awslambda.functions.conftest import BUILD, Functions


def test_the_folder_is_made_once_and_byte_compiled(runtime: Path) -> None:
    made = runtime.stat()
    assert runtime_folder(BUILD) == runtime
    assert (runtime.stat().st_ino, runtime.stat().st_ctime_ns) == (made.st_ino, made.st_ctime_ns)
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


ENDS = """
    import os, time, runtime_client
    def handle(event, context):
        if event == "fail":
            raise KeyError("origin")
        if event == "sleep":
            time.sleep(600)
        if event == "exit":
            os._exit(3)
        return runtime_client.__file__
"""


@pytest.mark.slow
def test_where_aws_has_no_compiled_client_every_ending_is_told_the_same(
    session: Session, runtime: Path, tmp_path: Path
) -> None:
    """As on macOS: the runtime folder holds our client in place of AWS's compiled one."""
    folder = tmp_path / "runtime"
    shutil.copytree(runtime, folder, ignore=shutil.ignore_patterns("runtime_client*.so"))
    assert not list(folder.glob("runtime_client*"))
    shutil.copy(subject.PURE_CLIENT, folder / "runtime_client.py")
    functions = Functions(session, folder)
    version = functions.write(ENDS)
    assert functions.answer(version) == str(folder / "runtime_client.py")
    timeouts = {"fail": 100.0, "sleep": 1.0, "exit": 100.0}
    told = {event: functions.invoke(replace(version, timeout_s=limit), event) for event, limit in timeouts.items()}
    assert {event: outcome.status for event, outcome in told.items()} == {
        "fail": "error",
        "sleep": "timeout",
        "exit": "crashed",
    }
    assert [json.loads(outcome.payload)["errorType"] for outcome in told.values()] == [
        "KeyError",
        "Sandbox.Timedout",
        "Runtime.ExitError",
    ]
    assert functions.answer(version) == str(folder / "runtime_client.py")
    broken = functions.invoke(functions.write("raise ImportError('no')", "broken"))
    assert broken.status == "error"
    assert json.loads(broken.payload)["errorMessage"] == "Unable to import module 'handler': no"
    functions.host.stop()
