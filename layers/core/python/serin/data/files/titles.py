"""A header that is not on the first line: titles, notes and comments stand above it."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from serin.data.files.values import is_value
from serin.domain.errors import Rejected
from serin.domain.printable import printable

AHEAD = 20
"""So many lines are looked at for a header."""
_COMMENT = "#"
_SEPARATORS = ",;\t|"


def refuse_title(name: str, names: Sequence[str], after: bytes) -> None:
    """Raise Rejected where a line behind the first is the header; `after` are the bytes behind the first."""
    lines = lines_of(after)
    number = _under_comments(names, lines) or _under_title(names, [cells(line) for line in lines])
    if number is not None:
        raise refused_title(name, names, number)


def refused_title(name: str, names: Sequence[str], number: int) -> Rejected:
    """The error of a file whose header is on a later line."""
    return Rejected(
        f"{name}: its header is on line {number}; the first line is {printable(','.join(names).rstrip(','), 60)!r}.",
        "Delete what is above the header.",
    )


def lines_of(after: bytes) -> Sequence[str]:
    """The lines that a header is looked for in."""
    return after.decode("utf-8", "replace").splitlines()[:AHEAD]


def cells(line: str) -> Sequence[str]:
    """The values of a line; none where they cannot be told apart."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return ()


def _under_comments(names: Sequence[str], lines: Sequence[str]) -> int | None:
    """The number of the line below comments; a header may begin with their sign, and has as many values as its rows."""
    at = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith(_COMMENT)), None)
    if at is None or not names[0].startswith(_COMMENT):
        return None
    other = _width(lines[at]) != _width(",".join(names))
    spoken = names[0].startswith(f"{_COMMENT} ") and _is_header([cells(line) for line in lines], at)
    return at + 2 if other or spoken else None


def _under_title(names: Sequence[str], lines: Sequence[Sequence[str]]) -> int | None:
    """The number of the first line that names more columns than the first, which may end in the commas of a sheet."""
    named = sum(1 for text in names if text.strip())
    few = 2 * named < len(names)
    places = (at for at, line in enumerate(lines) if (few or len(line) > len(names)) and _is_header(lines, at))
    at = next(places, None)
    return None if at is None else at + 2


def _is_header(lines: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a line has nothing but names, as many as the next line has values."""
    line, following = lines[at], lines[at + 1] if at + 1 < len(lines) else ()
    return len(line) > 1 and len(line) == len(following) and all(text.strip() and not is_value(text) for text in line)


def _width(line: str) -> int:
    return 1 + max(line.count(sign) for sign in _SEPARATORS)
