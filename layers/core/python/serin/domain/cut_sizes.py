"""What a function has room for when a training set is made, and what each part of making one takes.

Above what one function holds, the rows are cut into pieces (`serin.domain.cut_plan`). Planning, refusing and printing a
plan all count by what is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from serin.domain.charter import Charter, View
from serin.domain.errors import TooLarge
from serin.domain.features import feature_columns
from serin.domain.plain_numbers import how_many

ROOM = 320 * 1024**2
"""How many bytes of rows a function holds at once. Of flights it took 3.5 to 5.6 times as many at its peak, beside what
it is itself; the functions that read whole datasets have 2 GB."""
STREAMED = 12
"""So many times as much a piece reads one after the other: its second cut goes to the function's own disk, of 10 GB.
Files between rounds are as many as pieces of the one times pieces of the other: twice of it is a quarter of them."""
PIECE_S = 600.0
"""What a piece may take by its plan: a function has 900 s."""

Round = Literal["deal", "derive", "look_up", "gather"]
ROUNDS: tuple[Round, ...] = ("deal", "derive", "look_up", "gather")
"""Rows are dealt by their primary key, so that all versions of one lie together; what follows from them is derived and
dealt by entity and time; values are looked up; and gathered row by row."""
CPU_S: Mapping[Round, float] = {"deal": 1e-6, "derive": 3e-6, "look_up": 3e-6, "gather": 4e-6}
"""Of a row, in seconds of CPU, as `./scripts/bench scale` has it, rounded up. Where views look, of each view."""
START_S = 4.0
"""What a piece takes besides: a function that starts, and what it asks the catalog and the bucket for."""
HERE_S = 0.1
"""The same in a process that has run others before."""
_MARGIN = 1.5
"""A piece may turn out to be so many times as large: plans go by manifests."""
_NUMBER = 8
_EVENT = 5 * _NUMBER
"""An event's own times and number."""
_TEXT = 24


@dataclass(frozen=True)
class FileSize:
    """One file of a dataset: its rows, and the bytes that these take in memory."""

    rows: int
    memory: int


@dataclass(frozen=True)
class TableSize:
    """A dataset as its manifests tell of it.

    `spans` are column → its least and its greatest time in microseconds since 1970, of columns whose files all say so.
    `largest` is column → the share of the rows that have its most frequent value, where a profile has counted that.
    """

    dataset: str
    files: tuple[FileSize, ...]
    spans: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    largest: Mapping[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All of them, replaced ones too."""
        return sum(file.rows for file in self.files)

    @property
    def memory(self) -> int:
        """The bytes that they take together."""
        return sum(file.memory for file in self.files)

    def span_of(self, column: str | None) -> timedelta | None:
        """How long the column's times last; of one that is derived, what the first time of the dataset says."""
        known = self.spans.get(column or "") or next(iter(self.spans.values()), None)
        return None if known is None else timedelta(microseconds=max(known[1] - known[0], 1))


@dataclass(frozen=True)
class Lookup:
    """Views of one entity that are looked into together, for rows and events that are cut in one way.

    An event may matter for `reach` after it happened; None: for ever, so that time does not cut it.
    """

    name: str
    entity: str
    key: tuple[str, ...]
    views: tuple[View, ...]
    reach: timedelta | None


def reach_of(view: View) -> timedelta | None:
    """How old an event may be and still matter: a window ends, and so does a value; None where it always may."""
    if view.static or view.ttl is None:
        return None
    return max([view.ttl, *(window.over for window in view.windows)])


def lookups_of(charter: Charter, views: Sequence[View]) -> tuple[Lookup, ...]:
    """The views, as they are looked into: by entity, those with an end apart from those without."""
    lookups: dict[str, list[View]] = {}
    for view in views:
        lookups.setdefault(view.entity if reach_of(view) is None else f"{view.entity}-in-time", []).append(view)
    return tuple(_lookup(charter, name, members) for name, members in lookups.items())


def _lookup(charter: Charter, name: str, views: Sequence[View]) -> Lookup:
    entity, reaches = views[0].entity, [reach for view in views if (reach := reach_of(view)) is not None]
    return Lookup(name, entity, tuple(charter.features.entities[entity]), tuple(views), max(reaches, default=None))


def looked_up_by(charter: Charter, dataset: str) -> tuple[str, ...]:
    """The datasets that a derivation of this one looks things up in: these are there whole."""
    derive = charter.dataset(dataset).derive
    return derive.uses if derive else ()


def event_size(view: View, key: Sequence[str]) -> int:
    """The bytes of one event of a view, rather too many."""
    return _EVENT + _TEXT * len(key) + _NUMBER * len(view.columns)


def asked_size(key: Sequence[str]) -> int:
    """The bytes of a row that asks about an entity: its moment, its number and the key."""
    return 2 * _NUMBER + _TEXT * len(key)


def gathered_size(charter: Charter) -> int:
    """The bytes of a row of the training set while it is gathered, rather too many."""
    own = len(charter.features.entities[charter.truth.entity]) + len(charter.slices) + 6
    return _TEXT * (len(feature_columns(charter)) + own)


def together(tables: Sequence[TableSize]) -> str:
    """The tables in words: their rows, and what these take in memory."""
    return ", ".join(f"{how_many(one.rows, 'row')} of {one.dataset} ({one.memory / 1e6:,.0f} MB)" for one in tables)


def too_large_together(tables: Sequence[TableSize]) -> TooLarge:
    """Why these tables are not read: they would have to be in memory together."""
    return TooLarge(
        f"{together(tables)} have to be in memory together; there is room for {ROOM / 1e6:,.0f} MB.",
        "Keep older rows in a dataset of their own, or leave columns that no feature needs out of the contract.",
    )


def fit_together(tables: Sequence[TableSize]) -> bool:
    """Whether a function holds them all at once."""
    return sum(table.memory for table in tables) <= ROOM


def refuse_crowded(what: str, rows: int, memory: int) -> None:
    """Raise TooLarge for a piece that turned out to have more in memory than was planned, and than there is."""
    if memory > _MARGIN * ROOM:
        raise TooLarge(
            f"{what} has {how_many(rows, 'row')} ({memory / 1e6:,.0f} MB); there is room for {ROOM / 1e6:,.0f} MB.",
            "One entity, or one moment, has too many rows: shorten the windows and the ttl of the views, or keep such "
            "rows out by the contract.",
        )
