"""Ends what a session has left: its processes, then its folder.

Run as a program, it waits at the end of a pipe first: that closes when the session ends, and when its owner dies,
however it dies. One is started with every cloud, so it imports what every interpreter has imported at its start:
`shutil` and `signal` would take thrice as long as all else it does.
"""

import os
import sys

PROCESSES = "processes"
_KILL = 9


def end(folder: str) -> None:
    """End the process groups that the session has adopted and delete its folder; what has gone already is no fault."""
    for number in _entries(os.path.join(folder, PROCESSES)):
        if number.isdigit():
            _kill(int(number), os.path.join(folder, PROCESSES, number))
    _delete(folder)


def started(pid: int) -> str:
    """When the process began; empty when it has ended."""
    if not os.path.exists("/proc/self/stat"):
        import subprocess

        asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout.strip()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _kill(group: int, entry: str) -> None:
    try:
        with open(entry) as kept:
            # A number may have been given to another process since; not while any of the old one's group is left.
            if started(group) in ("", kept.read()):
                os.killpg(group, _KILL)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return


def _delete(folder: str) -> None:
    for place, folders, files in os.walk(folder, topdown=False):
        for name in (*folders, *files):
            _remove(os.path.join(place, name))
    _remove(folder)


def _remove(path: str) -> None:
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        else:
            os.unlink(path)
    except OSError:
        return


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


if __name__ == "__main__":
    sys.stdin.read()
    end(sys.argv[1])
