"""What one running local cloud leaves on this machine: a folder and processes, and how they end with it.

A watcher, this file run as a program, waits at the end of a pipe: it closes when the session ends and
when its owner dies, however it dies. Should both be killed, the next start sweeps what they left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_PREFIX = "serin-cloud-"
_LOCK = "owner.lock"
_PROCESSES = "processes"
_MADE_WITHIN_S = 5.0


class Session:
    """A folder of this process alone; a lock held for as long as the process lives tells that it is in use."""

    def __init__(self, parent: Path | None = None) -> None:
        parent = parent or Path(tempfile.gettempdir())
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        self._lock = (self.folder / _LOCK).open("w")
        # Another start may hold it for an instant, to see whether anybody does.
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        (self.folder / _PROCESSES).mkdir()
        # In a session of its own: Ctrl-C ends the owner and not the one who tidies up after it.
        self._watcher = subprocess.Popen(
            [base_interpreter(), "-I", "-S", __file__, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def adopt(self, pid: int) -> None:
        """Remember a process group that must not outlive the session."""
        (self.folder / _PROCESSES / str(pid)).write_text(_started(pid))

    def release(self, pid: int) -> None:
        """Forget a process that has ended."""
        (self.folder / _PROCESSES / str(pid)).unlink(missing_ok=True)

    def close(self) -> None:
        """End what still runs and delete the folder with all that is in it; a second call does nothing."""
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait()
        if not self._lock.closed and self.folder.exists():
            # Somebody killed the watcher.
            _end(self.folder)
        self._lock.close()


def sweep(parent: Path | None = None) -> list[Path]:
    """End and remove what sessions left whose owner was killed; returns their folders."""
    root = parent or Path(tempfile.gettempdir())
    left = [folder for folder in root.glob(f"{_PREFIX}*") if not _in_use(folder)]
    for folder in left:
        _end(folder)
    return left


def base_interpreter() -> str:
    """The interpreter under a virtual environment, which brings none of the environment's packages."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return _is_being_made(folder)
    except (BlockingIOError, PermissionError):
        return True
    return _is_being_made(folder)


def _is_being_made(folder: Path) -> bool:
    """The folder is made a moment before its lock, and the lock a moment before it is taken."""
    try:
        age_s = time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return True
    return age_s < _MADE_WITHIN_S and _is_alive(folder.name.removeprefix(_PREFIX).split("-")[0])


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _end(folder: Path) -> None:
    for entry in (folder / _PROCESSES).glob("[0-9]*"):
        pid = int(entry.name)
        # A number may have been given to another process since; not while any of the old one's group is left.
        if _started(pid) in {"", entry.read_text()}:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def _started(pid: int) -> str:
    """When the process began; empty when it has ended."""
    if not Path("/proc/self/stat").exists():
        asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout.strip()
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


if __name__ == "__main__":
    sys.stdin.read()
    _end(Path(sys.argv[1]))
