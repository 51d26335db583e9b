"""The rows of a CSV body, and which of them have the wrong width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from serin.data.lines import Bytes, Flags, Lines, find_lines
from serin.data.table import ROW, TEXT, Caps, ragged_rows, row_numbers
from serin.domain.errors import TooLarge

_AT_ONCE = 100_000


@dataclass(frozen=True)
class Records:
    """A CSV body taken apart: `whole`, behind its first `skip` lines, is the rows of the right width.

    `numbers` says which rows these are, `longest` how many bytes the longest of them has.
    """

    whole: bytes
    skip: int
    numbers: pl.Series
    ragged: pl.DataFrame
    longest: int


def split_records(name: str, content: bytes, start: int, width: int, caps: Caps) -> Records:
    """Tell rows of `width` values from the others, from `start` on, which is behind the header.

    Blank lines are no rows.

    Raises Rejected for quotes that do not pair up, TooLarge for more than the caps allow.
    """
    # Views, not slices: a copy of the largest file there may be is an eighth of the function's memory.
    body = memoryview(content)[start:]
    found = np.frombuffer(body, dtype=np.uint8)
    lines = find_lines(name, found, caps)
    fits = (lines.commas == width - 1) & ~lines.blank
    ragged = ~fits & ~lines.blank
    _check(name, lines, fits, ragged, width, caps)
    longest = int(np.max(lines.ends - lines.starts, where=fits, initial=0))
    if fits.all():
        return Records(content, 1, row_numbers(len(fits)), ragged_rows([], []), longest)
    numbers = np.cumsum(~lines.blank)
    whole = pl.Series(ROW, numbers[fits], dtype=pl.UInt32)
    set_aside = pl.DataFrame({ROW: pl.Series(numbers[ragged], dtype=pl.UInt32), TEXT: _texts(body, lines, ragged)})
    return Records(_only(found, lines, fits), 0, whole, set_aside, longest)


def _check(name: str, lines: Lines, fits: Flags, ragged: Flags, width: int, caps: Caps) -> None:
    set_aside = np.flatnonzero(ragged)
    if len(set_aside) > caps.ragged:
        raise TooLarge(
            f"{name}: {len(set_aside):,} rows do not have the header's {width} values; "
            f"{caps.ragged:,} can be set aside.",
            "Separate values by commas, as many as in the header.",
        )
    values = int(np.count_nonzero(fits)) * width
    if values > caps.values:
        raise TooLarge(
            f"{name}: has {values:,} values; {caps.values:,} are allowed.", "Split the file and upload each part."
        )
    long = set_aside[lines.ends[set_aside] - lines.starts[set_aside] > caps.row]
    if len(long):
        line = int(long[0])
        raise TooLarge(
            f"{name}: row {int(np.count_nonzero(~lines.blank[: line + 1])):,} has "
            f"{int(lines.ends[line] - lines.starts[line]):,} bytes and not the header's {width} values; "
            f"{caps.row:,} can be set aside.",
            "End every row with a line feed.",
        )


def _texts(body: memoryview, lines: Lines, ragged: Flags) -> pl.Series:
    """The text of each ragged row, without its line end."""
    starts, ends = lines.starts[ragged], lines.ends[ragged]
    pieces = [pl.Series(TEXT, dtype=pl.String)]
    for first in range(0, len(starts), _AT_ONCE):
        places = zip(starts[first : first + _AT_ONCE].tolist(), ends[first : first + _AT_ONCE].tolist(), strict=True)
        pieces.append(pl.Series(TEXT, [bytes(body[start:end]) for start, end in places], pl.Binary).cast(pl.String))
    return pl.concat(pieces).str.strip_suffix("\r")


def _only(body: Bytes, lines: Lines, wanted: Flags) -> bytes:
    """The wanted lines with their ends, one behind the other."""
    lengths = np.minimum(lines.ends + 1, len(body)) - lines.starts
    kept = body[np.repeat(wanted, lengths)].tobytes()
    return kept if kept.endswith(b"\n") else kept + b"\n"
