"""The runtime API of a process hears that process: what others say on its port changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.services.awslambda.functions.peer import is_of_process
from infra.local.services.awslambda.functions.process import RuntimeProcess
from infra.local.services.awslambda.functions.runtime_api import Answered, Invocation, NextAsked, Sign
from infra.local.services.awslambda.functions.runtime_folder import PURE_CLIENT
from infra.local.session import Session
from tests.unit.local.services.awslambda.functions.conftest import Functions
from tests.waiting import PATIENCE_S, wait_until

FORGED = (
    ("POST", "init/error"),
    ("GET", "invocation/next"),
    ("POST", "invocation/the-id/response"),
    ("POST", "invocation/the-id/error"),
)
FAR_MS = 2**42
"""A deadline that does not come while a test runs."""

ANSWERS = "def handle(event, context):\n    return 'its own'\n"


@pytest.fixture(params=["AWS's client in C", "the pure one"])
def client(request: pytest.FixtureRequest, runtime: Path, tmp_path: Path) -> Path:
    """A runtime folder with the one or the other."""
    if request.param == "AWS's client in C":
        return runtime
    folder = tmp_path / "pure"
    shutil.copytree(runtime, folder, ignore=shutil.ignore_patterns("runtime_client*"))
    shutil.copy(PURE_CLIENT, folder)
    return folder


@contextmanager
def started(functions: Functions, session: Session, runtime: Path, source: str) -> Iterator[RuntimeProcess]:
    process = RuntimeProcess(
        functions.write(source),
        "stream",
        "on-demand",
        session=session,
        runtime=runtime,
        extra={},
        scratch=session.folder,
    )
    try:
        yield process
    finally:
        process.close(lambda output: None)


def says(process: RuntimeProcess, method: str, action: str) -> socket.socket:
    """A connection of this process, with one request."""
    host, port = process._api.address.split(":")
    stranger = socket.create_connection((host, int(port)), timeout=PATIENCE_S)
    body = b'"forged"' if method == "POST" else b""
    head = f"{method} /2018-06-01/runtime/{action} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    stranger.sendall(head.encode() + body)
    return stranger


def next_sign(process: RuntimeProcess) -> Sign | None:
    signs = list[Sign]()
    wait_until(lambda: signs.extend(filter(None, [process.wait(0.1, lambda output: None)])) or signs)
    return signs[0] if signs else None


def hung_up(stranger: socket.socket) -> bool:
    try:
        return stranger.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.slow
@pytest.mark.parametrize(("method", "action"), FORGED)
def test_what_a_stranger_says_is_not_heard(
    method: str, action: str, functions: Functions, session: Session, client: Path
) -> None:
    with started(functions, session, client, ANSWERS) as process:
        early = says(process, method, action)
        assert next_sign(process) == NextAsked()
        assert process.give(Invocation("the-id", "arn", FAR_MS, "trace", b"{}"))
        late = says(process, method, action)
        assert next_sign(process) == Answered(b'"its own"')
        assert next_sign(process) == NextAsked()
        assert hung_up(early)
        assert hung_up(late)


CHILD = """
    import os, subprocess, sys, urllib.request
    ASK = "import os, urllib.request as u; u.urlopen('http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '{0}')"
    def handle(event, context):
        path = "/2018-06-01/runtime/invocation/next"
        command = [sys.executable, "-c", ASK.format(path)]
        return subprocess.run(command, capture_output=True, text=True).stderr
"""


def test_a_process_that_the_function_starts_is_not_heard(functions: Functions) -> None:
    said = functions.answer(functions.write(CHILD)).splitlines()[-1]
    assert "RemoteDisconnected" in said or "ConnectionReset" in said


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection of this process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
        with near, far:
            yield near, far


def test_a_connection_is_that_of_the_process_that_holds_its_other_end(
    pair: tuple[socket.socket, socket.socket], functions: Functions, session: Session, runtime: Path
) -> None:
    _, far = pair
    assert is_of_process(far, os.getpid())
    with started(functions, session, runtime, ANSWERS) as process:
        assert not is_of_process(far, process._process.pid)
    assert not is_of_process(far, 2**22 + 1)


def test_where_there_is_no_proc_the_system_is_asked_by_lsof(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    near, far = pair
    here, there = far.getsockname()[1], near.getsockname()[1]
    lsof = tmp_path / "lsof"
    told = [
        f"p7\nf3\nn127.0.0.1:{there}->127.0.0.1:{here}\n",
        f"p7\nf3\nn127.0.0.1:{there + 1}->127.0.0.1:{here}\n",
        "",
    ]
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    exists: Callable[[Path], bool] = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: "/proc/" not in str(path) and exists(path))
    found = []
    for one in told:
        lsof.write_text("#!/bin/sh\ncat <<'TOLD'\n" + one + "TOLD\n")
        lsof.chmod(0o755)
        found.append(is_of_process(far, 7))
    assert found == [True, False, False]
