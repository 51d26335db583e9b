"""The clock's reading in a file of eight bytes, which the functions' processes read at every look."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_READING = struct.Struct("q")
"""Native, so that it is written and read in one piece."""


class SharedReading:
    """Microseconds, doubled: an even number is the distance from the machine's time, an odd one the moment it shows."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(_READING.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _READING.size)

    def moves(self, offset_s: float) -> None:
        """The clock runs as the machine's, that far from it."""
        _READING.pack_into(self._memory, 0, round(offset_s * 1_000_000) * 2)

    def stands(self, moment_s: float) -> None:
        """The clock shows this moment."""
        _READING.pack_into(self._memory, 0, round(moment_s * 1_000_000) * 2 + 1)
