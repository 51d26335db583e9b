"""Local clouds in a process of their own, which can be killed; all that belongs to one lies in one folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from urllib.parse import urlparse

from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[3]

_HEAD = """
import os, sys, threading, time
from pathlib import Path
from infra.local.cloud import LocalCloud
from infra.local.session import Session
from tests.e2e.local.kept import kept
from tests.e2e.local.templates import assembly, aws, function, resource, role

SLEEPS = "import subprocess, time\\ndef handler(e, c):\\n    subprocess.Popen(['sleep', '600'])\\n    time.sleep(e)"
ONE = ("s", {"Role": role(), "F": function("f", SLEEPS, Timeout=300)})

def say(cloud=None):
    print(*(cloud and (cloud.endpoint_url, cloud.api_url) or ()), flush=True)

"""


class Supervisor:
    """A process that runs `program`, which prints its cloud's addresses, or nothing, when it is time to be killed."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-c", _HEAD + textwrap.dedent(program)],
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the supervisor ended by itself"
        self.addresses = line.split()

    @property
    def watchers(self) -> list[int]:
        """The processes that tidy up after it."""
        return [pid for pid in self.processes() if "session.py" in Path(f"/proc/{pid}/cmdline").read_text()]

    def end(self, how: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        self._process.send_signal(how)
        self._process.wait(timeout=PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

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
            if str(self._folder).encode() in mentions and int(entry.name) != self._process.pid and not ended:
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
