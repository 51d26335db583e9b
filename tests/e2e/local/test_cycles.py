"""A local cloud is started and ended as often as one likes, and nothing has piled up."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.e2e.local.cycles import cycle, held, invoked
from tests.e2e.local.supervisors import Supervisor

STOPPED, KILLED = 20, 4

IN_THE_MIDDLE = """
    cloud = LocalCloud.start(assembly(ONE))
    aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"0")
    say(cloud)
    time.sleep(600)
"""


def test_what_a_running_cloud_holds_is_seen(tmp_path: Path) -> None:
    before = held()
    with invoked(tmp_path):
        running = held()
    for name in ("threads", "children", "listening", "open_files"):
        assert getattr(running, name) > getattr(before, name), name


def test_after_many_stops_the_process_holds_what_it_held_before(tmp_path: Path) -> None:
    # What is imported and cached once is no matter.
    for _ in range(2):
        cycle(tmp_path)
    before = held()
    for _ in range(STOPPED):
        cycle(tmp_path)
    assert held() == before
    assert list(tmp_path.iterdir()) == []


def test_after_many_kills_the_next_start_finds_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    killed = []
    for number in range(KILLED):
        # Its start sweeps what the one before has left.
        supervisor = Supervisor(tmp_path, IN_THE_MIDDLE)
        for one in killed:
            assert not one.ports_left()
        assert len(list(tmp_path.glob("serin-cloud-*"))) == 1
        killed.append(supervisor)
        if number % 2:
            supervisor.kill_with_watcher()
        else:
            supervisor.end(signal.SIGKILL)
    cycle(tmp_path)
    assert [left for one in killed for left in one.left_in_the_end()] == []
    assert list(tmp_path.iterdir()) == []
