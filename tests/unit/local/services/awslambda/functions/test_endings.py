"""Nothing is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.local.services.awslambda.functions.conftest import BUILD, Functions
from tests.unit.local.services.awslambda.functions.test_processes import WHO, is_running, under_way
from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[6]
SUPERVISOR = f"""
import json, sys, threading
from pathlib import Path
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.local.session import Session
from tests.unit.local.services.awslambda.functions.conftest import Functions
functions = Functions(Session(Path(sys.argv[1])), runtime_folder(Path({str(BUILD)!r})))
idle = functions.write("import os\\ndef handle(e, c): return os.getpid()", "idle")
busy = functions.write(
    "import os, signal, sys, time\\n"
    "def handle(e, c):\\n"
    "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n"
    "    print(os.getpid(), flush=True)\\n"
    "    time.sleep(60)",
    "busy", timeout_s=90.0)
pid = functions.answer(idle)
threading.Thread(target=functions.invoke, args=(busy,), daemon=True).start()
while not any(line.text.strip().isdigit() for _, line in functions.lines):
    pass
print(pid, *[line.text.strip() for _, line in functions.lines if line.text.strip().isdigit()], flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_supervisor_leaves_no_process_and_no_folder(
    tmp_path: Path, runtime: Path, how: signal.Signals
) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)],
        cwd=ROOT,
        env={},
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_running(pid) for pid in pids)
        supervisor.send_signal(how)
        supervisor.wait()
        assert wait_until(lambda: not any(is_running(pid) for pid in pids))
        assert wait_until(lambda: list(tmp_path.iterdir()) == [])


def test_stopping_ends_idle_and_busy_processes_and_their_callers_hear_of_it(
    functions: Functions, meeting: Path
) -> None:
    version = functions.write(WHO)
    idle = functions.answer(functions.write(WHO, "idle"))
    with under_way(functions, version, meeting) as running:
        functions.host.stop()
        assert running.result(PATIENCE_S).status == "crashed"
    assert not is_running(idle)


def test_closing_the_session_removes_its_folder(functions: Functions) -> None:
    functions.answer(functions.write(WHO))
    functions.host.stop()
    functions.session.close()
    assert not functions.session.folder.exists()
