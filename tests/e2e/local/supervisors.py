"""Local clouds in a process of their own, which can be killed; all that belongs to one lies in one folder."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path
from urllib.parse import urlparse

from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[3]

_NURSERY = """
import json, os, signal, socket, sys, threading, time
from pathlib import Path
from infra.local import parts
from infra.local.cloud import LocalCloud
from infra.local.services.all import every_service
from infra.local.session import Session
from tests.e2e.local.kept import kept
from tests.e2e.local.templates import assembly, aws, function, resource, role

SLEEPS = "import subprocess, time\\ndef handler(e, c):\\n    subprocess.Popen(['sleep', '600'])\\n    time.sleep(e)"
ONE = ("s", {"Role": role(), "F": function("f", SLEEPS, Timeout=300)})

def say(cloud=None):
    print(*(cloud and (cloud.endpoint_url, cloud.api_url) or ()), flush=True)

every_service()
orders = socket.socket(fileno=int(sys.argv[1]))
assert threading.active_count() == 1, "only what has no threads can be copied"
# Nobody waits for the copies here.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    order, descriptors, _, _ = socket.recv_fds(orders, 1 << 16, 2)
    if not order:
        sys.exit()
    output, errors = descriptors
    if child := os.fork():
        os.close(output)
        os.close(errors)
        orders.send(str(child).encode())
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    orders.close()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    folder, program = json.loads(order)
    os.environ["TMPDIR"] = folder
    break
exec(program)
"""


@cache
def _nursery() -> socket.socket:
    """A process that has imported everything, and makes a copy of itself for each program: importing is most of it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-c", _NURSERY, str(theirs.fileno())], pass_fds=[theirs.fileno()], cwd=ROOT
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


class Supervisor:
    """A process that runs `program`, which prints its cloud's addresses, or nothing, when it is time to be killed."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        output, theirs = os.pipe()
        with Path(os.devnull).open("wb") as errors:
            order = json.dumps([str(folder), textwrap.dedent(program)]).encode()
            socket.send_fds(_nursery(), [order], [theirs, errors.fileno()])
        os.close(theirs)
        self._output = os.fdopen(output)
        self._pid = int(_nursery().recv(64))
        self._ended = os.pidfd_open(self._pid)
        line = self._output.readline()
        assert line, "the supervisor ended by itself"
        self.addresses = line.split()

    @property
    def watchers(self) -> list[int]:
        """The processes that tidy up after it."""
        return [pid for pid in self.processes() if "watcher.py" in Path(f"/proc/{pid}/cmdline").read_text()]

    def end(self, how: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        signal.pidfd_send_signal(self._ended, how)
        # What it is told by can be read when the process has ended.
        ended, _, _ = select.select([self._ended], [], [], PATIENCE_S)
        assert ended, f"{how.name} did not end it"
        os.close(self._ended)
        self._output.close()

    def kill_with_watcher(self) -> None:
        """Nobody is left to tidy up."""
        for pid in self.watchers:
            os.kill(pid, signal.SIGKILL)
        self.end(signal.SIGKILL)

    def processes(self) -> list[int]:
        """All with the folder in their arguments or environment, but the supervisor itself."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                mentions = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                ended = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                continue
            if str(self._folder).encode() in mentions and int(entry.name) != self._pid and not ended:
                found.append(int(entry.name))
        return found

    def left(self) -> list[object]:
        """Processes, files and ports that outlived it."""
        files = [*self._folder.glob("serin-cloud-*"), *self._folder.glob("tmp*")]
        return [*self.processes(), *files, *self.ports_left()]

    def ports_left(self) -> list[str]:
        """Its addresses that are listened at."""
        return [address for address in self.addresses if _listens(address)]

    def left_in_the_end(self) -> list[object]:
        """What is left after time to tidy up."""
        wait_until(lambda: not self.left())
        return self.left()


def _listens(url: str) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex((urlparse(url).hostname, urlparse(url).port)) == 0
