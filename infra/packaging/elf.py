"""Shared libraries without what no loader reads: section headers, symbol tables and debugging data."""

from __future__ import annotations

import struct
from pathlib import Path

_MAGIC_64_LITTLE = b"\x7fELF\x02\x01"
# Of the header: where program and section headers lie; how many and how long; which section names sections.
_E_PHOFF, _E_SHOFF, _E_PHENTSIZE, _E_SHENTSIZE = 0x20, 0x28, 0x36, 0x3A
_P_OFFSET, _P_FILESZ = 0x08, 0x20


def keep_segments_only(path: Path) -> None:
    """Cut off what lies behind the last segment of a 64-bit ELF file; any other file stays as it is.

    A loader maps segments and reads nothing else, and nothing that stays is moved: `strip` lays libraries out anew,
    which OpenBLAS does not survive. https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
    """
    with path.open("r+b") as file:
        header = bytearray(file.read(64))
        if not header.startswith(_MAGIC_64_LITTLE):
            return
        (begin,) = struct.unpack_from("<Q", header, _E_PHOFF)
        each, count = struct.unpack_from("<HH", header, _E_PHENTSIZE)
        file.seek(begin)
        table = file.read(each * count)
        segments = [_end_of_segment(table, each * number) for number in range(count)]
        struct.pack_into("<Q", header, _E_SHOFF, 0)
        struct.pack_into("<HHH", header, _E_SHENTSIZE, 0, 0, 0)
        file.seek(0)
        file.write(header)
        file.truncate(max([len(header), begin + len(table), *segments]))


def _end_of_segment(table: bytes, at: int) -> int:
    (offset,) = struct.unpack_from("<Q", table, at + _P_OFFSET)
    (size,) = struct.unpack_from("<Q", table, at + _P_FILESZ)
    return int(offset + size)
