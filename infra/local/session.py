"""What one running local cloud leaves on this machine: a folder and processes, and how they end with it.

A watcher (watcher.py) tidies up when the session ends and when its owner dies, however it dies. Should both be killed,
the next start sweeps what they left.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from infra.local import watcher

_PREFIX = "serin-cloud-"
_LOCK = "owner.lock"
_MADE_WITHIN_S = 5.0


class Session:
    """A folder of this process alone; a lock held for as long as the process lives tells that it is in use."""

    def __init__(self, parent: Path | None = None) -> None:
        parent = parent or Path(tempfile.gettempdir())
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        self._lock = (self.folder / _LOCK).open("w")
        # Another start may hold it for an instant, to see whether anybody does.
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        (self.folder / watcher.PROCESSES).mkdir()
        # In a session of its own: Ctrl-C ends the owner and not the one who tidies up after it.
        self._watcher = subprocess.Popen(
            [base_interpreter(), "-I", "-S", watcher.__file__, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def adopt(self, pid: int) -> None:
        """Remember a process group that must not outlive the session."""
        (self.folder / watcher.PROCESSES / str(pid)).write_text(watcher.started(pid))

    def release(self, pid: int) -> None:
        """Forget a process that has ended."""
        (self.folder / watcher.PROCESSES / str(pid)).unlink(missing_ok=True)

    def close(self) -> None:
        """End what still runs and delete the folder with all that is in it; a second call does nothing."""
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait()
        if not self._lock.closed and self.folder.exists():
            # Somebody killed the watcher.
            watcher.end(str(self.folder))
        self._lock.close()


def sweep(parent: Path | None = None) -> list[Path]:
    """End and remove what sessions left whose owner was killed; returns their folders."""
    root = parent or Path(tempfile.gettempdir())
    left = [folder for folder in root.glob(f"{_PREFIX}*") if not _in_use(folder)]
    for folder in left:
        watcher.end(str(folder))
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
