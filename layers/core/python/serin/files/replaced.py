"""The one way to write a file that somebody may be reading: beside it, then in its place."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

SECRET = 0o600
_READABLE = 0o666


def replace_file(path: Path, content: bytes, mode: int = SECRET) -> None:
    """Write all of a file or none of it, with its mode from the first byte on; on the disk when this returns.

    What stands at `path` is replaced and never written into: where it is a link, the link is.
    """
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            # It is made for its owner alone, and opened to others while it is empty.
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(unfinished).unlink()
        raise
    _remember(path.parent)


def export_file(path: Path, content: bytes) -> None:
    """Write what a person asked for where they said: a file keeps its mode, a new one is as their umask says.

    A link leads to its file, and what is no file, such as /dev/stdout, is written into.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    place = path.resolve()
    mode = place.stat().st_mode & 0o777 if place.exists() else _READABLE & ~_umask()
    replace_file(place, content, mode)


def _umask() -> int:
    """There is no way to ask for it without setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _remember(folder: Path) -> None:
    """The name is on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
