"""Copies: rows that arrive again because a file, or a piece of one, was sent again; they never judge a model.

Rows may be alike and real: a table of few columns and few values repeats itself all the time. So rows are told to be
copies only where more of an upload's rows are equal to earlier ones, in all columns, than rows repeat anyway.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serin.domain.plain_numbers import how_many

RUN_ROWS, RUN_SHARE = 20, 0.05
"""So many of an upload's rows, whichever is fewer, are the least that can be told to be copies."""

NEARLY_UNIQUE = 0.95
"""A table of which so great a share of distinct rows occurs once: there, rows that are equal are one thing twice."""

KIND_OF_FILE, LINE_ENDS, ORDER_OF_COLUMNS, ORDER_OF_ROWS = (
    "kind of file",
    "line ends",
    "order of columns",
    "order of rows",
)
"""The parts of a file's form, in which a copy may differ from what it is a copy of."""

_SURE = 3.0
_MOST = 0.5
_ENOUGH = 200


def nearly_unique(distinct: int, once: int) -> bool:
    """Whether a table is nearly unique that has so many distinct rows, and so many of them once."""
    return distinct > 0 and once / distinct >= NEARLY_UNIQUE


@dataclass(frozen=True)
class Repeats:
    """Of an upload's `rows` that are no copies, those that are `alike` to another of them or to an earlier one."""

    rows: int
    alike: int


@dataclass(frozen=True)
class Copies:
    """`rows` of an upload that are copies; `of` is the upload that most of them, `most`, were in, and `file` its name.

    `found` is the sentence that people are told, without its subject, the file.
    """

    rows: int
    of: str
    file: str
    most: int
    found: str


@dataclass(frozen=True)
class DigestSet:
    """The file of the digests that the uploads after the sequence `since`, up to its own, brought first.

    Its own upload has these `repeats`. Between the `ranges` (least and greatest value by column, of times and whole
    numbers) lie the values of all of these uploads, so rows of other values need not be compared with them.
    """

    key: str
    digests: int
    since: int
    repeats: Repeats
    ranges: Mapping[str, tuple[int, ...]]

    def may_have(self, ranges: Mapping[str, tuple[int, ...]]) -> bool:
        """Whether a row between these ranges may be equal to one of its rows."""
        both = [(self.ranges[name], ranges[name]) for name in self.ranges if name in ranges]
        return self.digests > 0 and all(own[0] <= other[1] and other[0] <= own[1] for own, other in both)

    def around(self, ranges: Mapping[str, tuple[int, ...]]) -> Mapping[str, tuple[int, ...]]:
        """Ranges that hold its own and these."""
        both = {name: (*self.ranges[name], *ranges[name]) for name in self.ranges if name in ranges}
        return {name: (min(values), max(values)) for name, values in both.items()}


def repeat_rate(own: Repeats, earlier: Iterable[Repeats]) -> float:
    """The greatest share of rows that is likely to repeat others anyway.

    `earlier` uploads come newest first, for the newest has seen as many rows as are compared with now; as many are
    looked at as make a rate. The upload's `own` rows are compared with each other only.
    """
    return max(earlier_rate(earlier), own.alike / own.rows if own.rows else 0.0)


def earlier_rate(earlier: Iterable[Repeats]) -> float:
    """The same of the `earlier` uploads alone."""
    rows = alike = 0
    for one in earlier:
        rows, alike = rows + one.rows, alike + one.alike
        if rows >= _ENOUGH:
            break
    return _upper(rows, alike)


def are_copies(rows: int, equal: int, rate: float) -> bool:
    """Whether the `equal` of an upload's `rows` are copies, where rows repeat at that rate anyway.

    Surely more than repeat (three standard errors), and a run of them more. Where rows are not nearly unique, also
    half of those that would not repeat: how often real rows repeat changes from file to file.
    """
    beyond, error = equal - rows * rate, math.sqrt(rows * rate * (1 - rate))
    if beyond < max(min(RUN_ROWS, RUN_SHARE * rows), _SURE * error) or beyond <= 0:
        return False
    return rate <= 1 - NEARLY_UNIQUE or beyond >= _MOST * rows * (1 - rate)


def is_doubled(distinct: int, equal: int, earlier: float) -> bool:
    """Whether a file that repeats itself holds an earlier one more than once.

    Each of its `distinct` rows once, of which so many are `equal` to earlier ones, against the rate of `earlier`
    uploads: how often it repeats its own rows hides nothing then. At least half of them, for few may be so by chance.
    """
    return equal >= _MOST * distinct and are_copies(distinct, equal, earlier)


def told(equal: int, most: int, rows: int, file: str, differences: tuple[str, ...]) -> str:
    """Of so many rows, those that are equal to earlier ones, `most` of them to rows of one file, as a sentence.

    "1,470 of 1,470 rows are equal to rows of file titanic.csv; line ends differ".
    """
    others = f", {equal - most:,} to rows of other files" if most < equal else ""
    return "; ".join(
        [f"{most:,} of {how_many(rows, 'row is', 'rows are')} equal to rows of file {file}{others}", *differences]
    )


def differences(form: Mapping[str, str], other: Mapping[str, str], rows: int, other_rows: int) -> tuple[str, ...]:
    """In what two files of these forms (`Upload.form`) differ, part by part."""
    parts = [part for part in form if form[part] != other.get(part, form[part])]
    if rows == other_rows:
        return tuple(f"{part} {'differ' if part == LINE_ENDS else 'differs'}" for part in parts)
    # Another number of rows is another order of them, and says it better.
    words = differences({part: form[part] for part in parts if part != ORDER_OF_ROWS}, other, rows, rows)
    more = abs(rows - other_rows)
    return (*words, f"{how_many(more, 'row')} {'more' if rows > other_rows else 'fewer'}")


def _upper(rows: int, alike: int) -> float:
    if not rows:
        return 0.0
    rate = (alike + 1) / (rows + 2)
    return min(1.0, rate + _SURE * math.sqrt(rate * (1 - rate) / rows))
