"""What functions and training jobs of the local cloud take, read from the kernel while their processes live."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

_EVERY_S = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
_NAMED_BY = ("AWS_LAMBDA_FUNCTION_NAME", "TRAINING_JOB_NAME")
_CLOUD = "AWS_ENDPOINT_URL"


@dataclass(frozen=True)
class Took:
    """CPU seconds, and the megabytes it held at most, mapped files such as shared libraries included."""

    cpu_s: float
    peak_mb: float


class Processes:
    """What each took, of those that run a function or a job of one cloud, of some names or of any."""

    def __init__(self, endpoint_url: str, names: Collection[str] | None) -> None:
        self._cloud, self._names = endpoint_url, names
        self._took: dict[tuple[str, int], Took] = {}

    def look(self) -> None:
        """Read what each has taken so far; one that has ended keeps what was read of it last."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                name = self._name(folder)
                if name and (self._names is None or name in self._names):
                    self._took[name, int(folder.name)] = Took(_cpu_of(folder), _peak_of(folder))
            except (OSError, StopIteration):
                # It has ended, or is somebody else's.
                continue

    @property
    def seconds(self) -> float:
        """CPU seconds of all of them."""
        return sum(took.cpu_s for took in self._took.values())

    def of_each(self) -> dict[str, Took]:
        """By name: the CPU seconds of its processes together, and what the largest of them held."""
        each = dict[str, Took]()
        for (name, _), took in self._took.items():
            before = each.get(name, Took(0.0, 0.0))
            each[name] = Took(before.cpu_s + took.cpu_s, max(before.peak_mb, took.peak_mb))
        return each

    def _name(self, folder: Path) -> str:
        return _name_of(folder, self._cloud)


def running(endpoint_url: str) -> dict[int, str]:
    """The processes that run a function or a job of one cloud now: id → the name of that."""
    names = dict[int, str]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if name := _name_of(folder, endpoint_url):
                names[int(folder.name)] = name
        except OSError:
            # It has ended, or is somebody else's.
            continue
    return names


@contextmanager
def watched(endpoint_url: str, names: Collection[str] | None = None) -> Iterator[Processes]:
    """The processes of a cloud, of some functions or of all it runs, while something is done."""
    processes, over = Processes(endpoint_url, names), Event()

    def look() -> None:
        while not over.wait(_EVERY_S):
            processes.look()

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield processes
    finally:
        over.set()
        thread.join()
        processes.look()


def _name_of(folder: Path, cloud: str) -> str:
    """Of the function or the job of a cloud that a process is; nothing for any other process."""
    pairs = (text.decode(errors="replace").partition("=") for text in (folder / "environ").read_bytes().split(b"\0"))
    variables = {name: value for name, _, value in pairs}
    if variables.get(_CLOUD) != cloud:
        return ""
    return next((variables[name] for name in _NAMED_BY if name in variables), "")


def _cpu_of(folder: Path) -> float:
    # The name in brackets may hold spaces; user and system time are the 14th and 15th field of the line.
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak_of(folder: Path) -> float:
    # A process that has just ended tells no memory any more.
    lines = (folder / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
