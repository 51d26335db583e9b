"""Starting and stopping over and over in one process, and what that process holds afterwards."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import assembly, aws, function, role

_LISTENS = "0A"


@dataclass(frozen=True)
class Held:
    """What a process has of the machine."""

    threads: int
    children: int
    listening: int
    open_files: int


def held() -> Held:
    """What this process has now; what nobody refers to any more is given back first."""
    gc.collect()
    own = [_target(file) for file in Path("/proc/self/fd").iterdir()]
    sockets = {name.removeprefix("socket:[").rstrip("]") for name in own if name.startswith("socket:")}
    return Held(threading.active_count(), len(children()), len(sockets & _listening()), len(own))


def children() -> set[int]:
    """The processes that any thread of this one has begun."""
    return {int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in _read(file).split()}


def _read(file: Path) -> str:
    """What is there; of a thread that has ended meanwhile there is nothing."""
    try:
        return file.read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _target(file: Path) -> str:
    try:
        return os.readlink(file)  # noqa: PTH115 - what a socket's link names is no path
    except OSError:
        # The folder's own, which looking at it had opened.
        return ""


def _listening() -> set[str]:
    """The inodes of all sockets that listen in this machine."""
    lines = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return {line[9] for line in lines if line[3] == _LISTENS}


@contextmanager
def invoked(scratch: Path) -> Iterator[LocalCloud]:
    """A running cloud whose one function was called, and waits to be called again."""
    resources = assembly(("s", {"Role": role(), "F": function("f", "def handler(e, c): return e")}))
    with LocalCloud.start(resources, scratch=scratch) as cloud:
        answer = aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"1")
        assert answer["Payload"].read() == b"1"
        yield cloud


def cycle(scratch: Path) -> None:
    """Start, invoke one function, stop."""
    with invoked(scratch):
        pass
