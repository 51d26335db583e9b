"""The kernel: layers/kernel/kernel.c as a shared library, asked through ctypes."""

from __future__ import annotations

import ctypes
import os
from array import array
from functools import cache
from importlib.machinery import PathFinder

from serin.domain.errors import Corrupt, Unavailable

# From `typing` itself it would cost a start of `predict` more than the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    Function: TypeAlias = Callable[..., Any]
    AnyPath: TypeAlias = str | os.PathLike[str]

PACKAGE = "serin_kernel"
LIBRARY = "kernel.so"
_WRONG = {
    1: "it is no compiled model",
    2: "it was written in a version of the format that this kernel does not read",
    3: "its parts are not as long as it says",
    4: "one of its operations leads out of it",
}


class Kernel:
    """The functions of the library, with what they are asked by address."""

    def __init__(self, path: AnyPath) -> None:
        self.path = path
        library = ctypes.CDLL(str(path))
        address, count, flag = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32

        def function(name: str, arguments: Sequence[type], result: type | None = flag) -> Function:
            asked = getattr(library, f"serin_{name}")
            asked.argtypes, asked.restype = arguments, result
            called: Function = asked
            return called

        score = (*(address, address), *(count, count, count), *(address, address, address, address))
        self.check = function("check", (address, count))
        self.rooms = function("room", (address, count), count)
        self.score = function("score", score, None)
        self.explain = function("explain", (address, address, count, address, address))
        self.means = function("means", (address, count, address))

    def opened(self, content: bytes) -> array[float]:
        """The file where the kernel can read it; raises Corrupt for one that it does not accept."""
        # An array begins at a multiple of 8, which bytes need not.
        file = array("d", content + bytes(-len(content) % 8))
        if wrong := self.check(file.buffer_info()[0], len(content)):
            raise Corrupt(
                f"The compiled model cannot be served: {_WRONG[wrong]}.",
                "Release the version again; if it happens again, train a new one.",
            )
        return file

    def room(self, file: array[float], rows: int) -> array[float]:
        """The memory it needs to score so many rows."""
        return array("d", bytes(8 * max(self.rooms(file.buffer_info()[0], rows), 1)))


@cache
def kernel_at(path: AnyPath) -> Kernel:
    """The library in a file; raises Unavailable when this machine cannot load it."""
    try:
        return Kernel(path)
    except (OSError, AttributeError) as error:
        raise Unavailable(
            f"The kernel {os.fspath(path).rpartition('/')[2]} cannot be loaded: {error}.",
            "Deploy the layer that is built for this machine.",
        ) from error


def find_kernel() -> Kernel | None:
    """The kernel of the layer beside this function; None where there is none."""
    spec = PathFinder.find_spec(PACKAGE)
    for folder in spec.submodule_search_locations or () if spec else ():
        if os.access(path := f"{folder}/{LIBRARY}", os.R_OK):
            return kernel_at(path)
    return None
