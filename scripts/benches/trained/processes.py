"""What the functions' processes of the local cloud take, read from the kernel while they live."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_EVERY_S = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
_NAME = b"AWS_LAMBDA_FUNCTION_NAME="


class Processes:
    """CPU seconds by process, of those that run one of some functions; each is known by its function's name."""

    def __init__(self, functions: Collection[str]) -> None:
        self._functions = functions
        self._cpu: dict[tuple[str, int], float] = {}

    def look(self) -> None:
        """Read what each has taken so far; one that has ended keeps what was read of it last."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                name = _function(folder)
                if name in self._functions:
                    self._cpu[name, int(folder.name)] = _cpu_of(folder)
            except OSError:
                # It has ended, or is somebody else's.
                continue

    @property
    def seconds(self) -> float:
        """CPU seconds of all of them."""
        return sum(self._cpu.values())


@contextmanager
def watched(functions: Collection[str]) -> Iterator[Processes]:
    """The processes of these functions while something is done."""
    processes, over = Processes(functions), Event()

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


def _function(folder: Path) -> str:
    variables = (folder / "environ").read_bytes().split(b"\0")
    named = [variable.removeprefix(_NAME) for variable in variables if variable.startswith(_NAME)]
    return named[0].decode() if named else ""


def _cpu_of(folder: Path) -> float:
    # The name in brackets may hold spaces; user and system time are the 14th and 15th field of the line.
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
