"""Cutting a CSV file that is too large for one upload into several, where rows end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from serin.data.files.lines import find_lines
from serin.data.files.source import Source
from serin.data.files.table import CAPS, Caps
from serin.domain.errors import Rejected, TooLarge


def header_of(name: str, source: Source, caps: Caps = CAPS) -> bytes:
    """The first line, its line feed included; raises Rejected for a file that has none."""
    line, feed, _ = source.read(0, caps.header + 1).partition(b"\n")
    if not feed:
        raise Rejected(f"{name}: has no header that could be repeated.", "Put the column names on the first line.")
    return line + feed


def cuts(name: str, source: Source, most: int, caps: Caps = CAPS) -> Iterator[range]:
    """The places of the bytes of each piece: whole rows that, with the header, are `most` bytes at most.

    The header itself is in none. Raises TooLarge for a row that is longer than a piece, or a block.
    """
    header = len(header_of(name, source, caps))
    step = min(caps.block, most - header)
    start = at = header
    while content := source.read(at, step):
        last = len(content) < step
        size = find_lines(name, np.frombuffer(content, dtype=np.uint8), len(content), whole=last).end(len(content))
        if not size:
            raise TooLarge(f"{name}: a row is longer than {len(content):,} bytes.", "End every row with a line feed.")
        if at + size - start + header > most and at > start:
            yield range(start, at)
            start = at
        at += size
    if at > start:
        yield range(start, at)
