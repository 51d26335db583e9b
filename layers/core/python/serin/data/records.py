"""Where the rows of a CSV body begin and end, and which of them have the wrong width."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.table import Caps, ragged_rows, row_numbers
from serin.domain.errors import Rejected

# Possessive, so that a hostile file cannot make it go back and forth.
_QUOTED = re.compile(rb'(?:(?<=[,\n])|\A)"[^"]*+(?:""[^"]*+)*+"(?=[,\r\n]|\Z)')
_LINE_FEED, _CARRIAGE_RETURN, _COMMA = 10, 13, 44

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Records:
    """A CSV body taken apart: `whole` are the bytes of the rows of the right width, `numbers` says which they are."""

    whole: bytes
    numbers: pl.Series
    ragged: pl.DataFrame


def split_records(name: str, body: bytes, width: int, caps: Caps) -> Records:
    """Tell rows of `width` values from the others; blank lines are no rows.

    Rejected when quotes do not pair up, for then no row behind the odd one can be trusted, and
    when there are more rows than the cap.
    """
    body = body if body.endswith(b"\n") else body + b"\n"
    skeleton = _QUOTED.sub(b"x", body) if b'"' in body else body
    _check_skeleton(name, skeleton, caps)
    ends, commas, blank = _lines(skeleton)
    fits = (commas == width - 1) & ~blank
    if fits.all():
        return Records(body, row_numbers(len(ends)), ragged_rows([], []))
    masked = skeleton if skeleton is body else _QUOTED.sub(lambda found: b"x" * len(found[0]), body)
    return _sort_out(body, np.flatnonzero(_bytes(masked) == _LINE_FEED), fits, blank)


def _check_skeleton(name: str, skeleton: bytes, caps: Caps) -> None:
    rows = skeleton.count(b"\n")
    if rows > caps.rows:
        raise Rejected(f"{name}: has {rows:,} rows; {caps.rows:,} are allowed.", "Split the file and upload each part.")
    odd = skeleton.find(b'"')
    if odd >= 0:
        row = skeleton.count(b"\n", 0, odd) + 1
        raise Rejected(
            f"{name}: row {row:,} has a quote that neither opens nor closes a value.",
            "Quote the whole value and double the quotes inside it.",
        )


def _lines(skeleton: bytes) -> tuple[Places, npt.NDArray[np.int32], Flags]:
    """For each line: the place of its line feed, how many commas it has, whether it is blank."""
    content = _bytes(skeleton)
    ends = np.flatnonzero(content == _LINE_FEED)
    starts = np.concatenate(([0], ends[:-1] + 1))
    commas = np.add.reduceat(content == _COMMA, starts, dtype=np.int32)
    length = ends - starts
    blank = (length == 0) | ((length == 1) & (content[starts] == _CARRIAGE_RETURN))
    return ends, commas, blank


def _sort_out(body: bytes, ends: Places, fits: Flags, blank: Flags) -> Records:
    starts = np.concatenate(([0], ends[:-1] + 1))
    numbers = np.cumsum(~blank)
    pieces, ragged, begin = [], [], 0
    for line in np.flatnonzero(~fits):
        start, end = int(starts[line]), int(ends[line])
        pieces.append(body[begin:start])
        begin = end + 1
        if not blank[line]:
            ragged.append((int(numbers[line]), body[start:end].removesuffix(b"\r").decode()))
    pieces.append(body[begin:])
    whole = pl.Series("__row", numbers[fits], dtype=pl.UInt32)
    return Records(b"".join(pieces), whole, ragged_rows([row for row, _ in ragged], [text for _, text in ragged]))


def _bytes(content: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)
