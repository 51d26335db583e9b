"""The rows of a CSV body, and which of them have the wrong width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from serin.data.files.lines import Bytes, Flags, Lines, find_lines
from serin.data.files.table import ROW, TEXT, Caps, ragged_rows, row_numbers
from serin.domain.errors import TooLarge
from serin.domain.plain_numbers import how_many

_AT_ONCE = 100_000
_LINE_FEED = 10
_STEP = 1024 * 1024
_LEAST = 1024 * 1024


@dataclass(frozen=True)
class Place:
    """Where a block of a CSV body begins: the byte, and how much of the body came before it.

    `lines` are all of them, `rows` those that are not blank, `ragged` the rows of a wrong width, and `feeds` the line
    feeds, those inside of quotes and the header's too. `ahead` is how far it is worth to look, should that be less
    than a block.
    """

    start: int
    lines: int = 0
    rows: int = 0
    ragged: int = 0
    feeds: int = 1
    ahead: int | None = None


@dataclass(frozen=True)
class Records:
    """A block of a CSV body taken apart: `whole` is the rows of the right width, as they are written.

    `numbers` says which rows these are, `longest` how many bytes the longest of them has. Of the `size` bytes of the
    block, those behind its last row were left over; the next block begins at `next`.
    """

    whole: bytes
    numbers: pl.Series
    ragged: pl.DataFrame
    longest: int
    size: int
    next: Place


def split_records(name: str, content: bytes, place: Place, width: int, caps: Caps, last: bool) -> Records:
    """Tell rows of `width` values from the others, as many as may be looked at together.

    Blank lines are no rows. Unless it is the file's `last` block, its last row is left over if it does not end.

    Raises Rejected for quotes that do not pair up, TooLarge for more than the caps allow.
    """
    body = np.frombuffer(content, dtype=np.uint8)
    lines = find_lines(name, body, caps.rows_together(width), place.rows, last)
    fits = (lines.commas == width - 1) & ~lines.blank
    ragged = ~fits & ~lines.blank
    _check(name, lines, ragged, place, width, caps)
    size = lines.end(len(body))
    content = content[:size]
    longest = int(np.max(lines.ends - lines.starts, where=fits, initial=0))
    rows = place.rows + len(fits) - int(np.count_nonzero(lines.blank))
    behind = Place(
        place.start + size,
        place.lines + len(fits),
        rows,
        place.ragged + int(np.count_nonzero(ragged)),
        place.feeds + _feeds(body[:size], lines, quotes=b'"' in content),
        # Rows so short that not all of a block may be looked at together are mostly followed by such.
        max(2 * size, _LEAST),
    )
    if fits.all():
        return Records(content, row_numbers(len(fits), place.rows), ragged_rows([], []), longest, size, behind)
    numbers = np.cumsum(~lines.blank) + place.rows
    whole = pl.Series(ROW, numbers[fits], dtype=pl.UInt32)
    texts = _texts(content, lines, ragged)
    set_aside = pl.DataFrame({ROW: pl.Series(numbers[ragged], dtype=pl.UInt32), TEXT: texts})
    return Records(_only(body[:size], lines, fits), whole, set_aside, longest, size, behind)


def _feeds(body: Bytes, lines: Lines, *, quotes: bool) -> int:
    """The line feeds of the body: without quotes each ends a line, and within them all are counted, a piece at a time.

    A search would stop at each of them, and flags for all of a body are memory that nobody has used yet.
    """
    if not quotes:
        return int(np.count_nonzero(lines.ends < len(body)))
    return sum(int(np.count_nonzero(body[start : start + _STEP] == _LINE_FEED)) for start in range(0, len(body), _STEP))


def _check(name: str, lines: Lines, ragged: Flags, place: Place, width: int, caps: Caps) -> None:
    if place.lines + len(lines.ends) > caps.rows:
        raise TooLarge(
            f"{name}: has more than {caps.rows:,} rows, which are allowed.", "Split the file and upload each part."
        )
    set_aside = np.flatnonzero(ragged)
    if place.ragged + len(set_aside) > caps.ragged:
        raise TooLarge(
            f"{name}: {how_many(place.ragged + len(set_aside), 'row does', 'rows do')} not have the header's "
            f"{how_many(width, 'value')}; "
            f"{caps.ragged:,} can be set aside.",
            "Separate values by commas, as many as in the header.",
        )
    long = set_aside[lines.ends[set_aside] - lines.starts[set_aside] > caps.row]
    if len(long):
        line = int(long[0])
        raise TooLarge(
            f"{name}: row {place.rows + int(np.count_nonzero(~lines.blank[: line + 1])):,} has "
            f"{int(lines.ends[line] - lines.starts[line]):,} bytes and not the header's {width} values; "
            f"{caps.row:,} can be set aside.",
            "End every row with a line feed.",
        )


def _texts(body: bytes, lines: Lines, ragged: Flags) -> pl.Series:
    """The text of each ragged row, without its line end."""
    starts, ends = lines.starts[ragged], lines.ends[ragged]
    pieces = [pl.Series(TEXT, dtype=pl.String)]
    for first in range(0, len(starts), _AT_ONCE):
        places = zip(starts[first : first + _AT_ONCE].tolist(), ends[first : first + _AT_ONCE].tolist(), strict=True)
        pieces.append(pl.Series(TEXT, [body[start:end] for start, end in places], pl.Binary).cast(pl.String))
    return pl.concat(pieces).str.strip_suffix("\r")


def _only(body: Bytes, lines: Lines, wanted: Flags) -> bytes:
    """The wanted lines with their ends, one behind the other."""
    lengths = np.minimum(lines.ends + 1, len(body)) - lines.starts
    kept = body[np.repeat(wanted, lengths)].tobytes()
    return kept if kept.endswith(b"\n") else kept + b"\n"
