"""However a local cloud ends, nothing of it is left: no process, no port, no file."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from infra.local.session import Session, sweep
from tests.e2e.local.supervisors import Supervisor

RUNNING = """
    cloud = LocalCloud.start(assembly(ONE))
    aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"0")
    threading.Thread(
        target=lambda: aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"600"), daemon=True
    ).start()
    time.sleep(0.5)
    say(cloud)
    time.sleep(600)
"""
"""A function runs, and has started another program."""

DEPLOYING = """
    def progress(stack, seconds):
        if stack == "second":
            say()
            time.sleep(600)

    LocalCloud.start(assembly(ONE, ("second", {"Q": resource("SQS::Queue")})), progress=progress)
"""

STOPPING_BEGINS = """
    cloud = LocalCloud.start(assembly(ONE))
    aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"0")
    cloud._ends.callback(lambda: (say(cloud), time.sleep(600)))
    cloud.stop()
"""

STOPPING_ENDS = """
    Session.close = lambda session: (say(cloud), time.sleep(600))
    cloud = LocalCloud.start(assembly(ONE))
    aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"0")
    cloud.stop()
"""


@pytest.mark.parametrize(
    ("how", "program"),
    [
        (signal.SIGINT, RUNNING),
        (signal.SIGINT, DEPLOYING),
        (signal.SIGTERM, RUNNING),
        (signal.SIGKILL, RUNNING),
        (signal.SIGKILL, STOPPING_BEGINS),
    ],
)
def test_an_ended_supervisor_leaves_nothing(tmp_path: Path, how: signal.Signals, program: str) -> None:
    supervisor = Supervisor(tmp_path, program)
    assert supervisor.watchers
    supervisor.end(how)
    assert supervisor.left_in_the_end() == []


@pytest.mark.parametrize("program", [RUNNING, DEPLOYING, STOPPING_ENDS])
def test_what_nobody_could_tidy_up_the_next_start_sweeps(tmp_path: Path, program: str) -> None:
    supervisor = Supervisor(tmp_path, program)
    supervisor.kill_with_watcher()
    assert supervisor.left()
    assert len(sweep(tmp_path)) == 1
    assert supervisor.left_in_the_end() == []
    assert sweep(tmp_path) == []


def test_a_session_without_its_watcher_tidies_up_itself(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session._watcher.kill()
    session.close()
    session.close()
    assert list(tmp_path.iterdir()) == []


def test_a_running_session_is_not_swept(tmp_path: Path) -> None:
    session = Session(tmp_path)
    assert sweep(tmp_path) == []
    (tmp_path / "serin-cloud-1-being-made").mkdir()
    assert sweep(tmp_path) == [], "its process lives, and it has no lock yet"
    session.close()
