"""The folder state is kept in: private to its user, and one cloud's at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import Self

from serin.domain.errors import Conflict, Denied, Invalid

_LOCK = "owner.lock"
_EITHER = ("a file", "a folder")
_KINDS = {_LOCK: "a file", "state": "a file", "objects": "a folder", "code": "a folder"}


class StateFolder:
    """A locked folder; the lock ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Raises Conflict while another cloud uses the folder, Denied when others may write to it."""
        if path.exists() and not path.is_dir():
            raise Invalid(f"{path} is not a folder.", "Name a folder to keep the state in.", "state")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_private(path, 0o022)
        self.path = path
        _refuse_strangers(path)
        self._lock = (path / _LOCK).open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            message = f"Another local cloud uses the state in {path}."
            raise Conflict(message, "Stop it, or name another folder.") from error

    def close(self) -> None:
        """Let another cloud use it."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _refuse_strangers(path: Path) -> None:
    """Refuse what is not of the kind we made it.

    What a link leads to would be read, written over or swept away as if it were ours; a pipe would be waited for.
    """
    for entry in (*path.glob("*"), *path.glob("*/*")):
        kind = _kind_of(entry)
        if kind not in _EITHER or (entry.parent == path and kind != _KINDS.get(entry.name, kind)):
            remedy = "No local cloud leaves that in its state; use a folder of your own, or an empty one."
            raise Denied(f"{entry} is {kind}.", remedy)


def _kind_of(entry: Path) -> str:
    mode = entry.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a file" if stat.S_ISREG(mode) else "neither a file nor a folder"


def check_private(path: Path, forbidden: int) -> None:
    """Raise Denied unless `path` is the present user's and grants nobody else any of the `forbidden` mode bits.

    Thawing executes what the file says, so whoever can write it can run code as this user.
    """
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid != os.getuid():
        raise Denied(
            f"{path} belongs to user {status.st_uid}.", "Use a folder of your own; a foreign one is not opened."
        )
    if mode & forbidden:
        remedy = f"Make sure that its content is yours, then: chmod go-rwx {path}"
        raise Denied(f"{path} is open to others (mode {mode:o}).", remedy)
