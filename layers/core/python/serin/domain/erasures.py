"""Erasing a person: what is asked, how far it is, and what is left to say of it once nothing else is.

A person is known by a value of a column that is hashed. What stands for the value is in all that was kept, and is
looked for there; the value itself is in files as they were sent. Neither is in the record of an erasure once it has
ended: that has the digest alone by which the salt was found (`serin.domain.personal.salt_name`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.charter import Charter

SETTLED = timedelta(minutes=16)
"""Once so long has passed, every function that had begun to take in a file before has ended."""
DELIVERED = timedelta(hours=6)
"""So long a line of a log may be on its way to the lake."""
MOST_UNREAD = 200
"""So many files that nobody can read are named."""
RESTORABLE = timedelta(days=35)
"""So far back a table can be restored."""
Status = Literal["begun", "forgotten", "ended"]
"""`begun`: files are taken in without them. `forgotten`: the salt is destroyed, and what was kept is rewritten."""


@dataclass(frozen=True)
class Ending:
    """What is not erased and ends by itself, at the latest then."""

    what: str
    at: datetime


@dataclass(frozen=True)
class Erasure:
    """One person erased from these datasets and all that was made of them, by these models.

    `digest` names the value of `column`; `pseudonym` is what stood for it, and is gone once it has ended. What files
    hold that came until `until` is erased, whenever they are read; a file that comes later has somebody new. While it
    is None that moment is still to come. `erased` counts, by place, rows, objects and items; `versions` have learnt
    from the rows, as `model/number`. `unread` are the keys of files of which nobody can say whether they have the
    person: archives, damaged ones, those that are too large; they stay, and a person has to look.
    """

    id: str
    column: str
    digest: str
    datasets: tuple[str, ...]
    models: tuple[str, ...]
    by: str
    at: datetime
    status: Status = "begun"
    pseudonym: str | None = None
    forgotten: datetime | None = None
    until: datetime | None = None
    ended: datetime | None = None
    erased: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    endings: tuple[Ending, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def closed(self) -> datetime | None:
        """What came until then is erased; of those that ended before that was kept it is when they were forgotten."""
        return self.until or (self.forgotten if self.status == "ended" else None)

    def covers(self, dataset: str, arrived: datetime | None) -> bool:
        """Whether a file of the dataset that arrived then has nothing of the person any more, once it is taken in.

        One of which nobody knows when it arrived is taken to be old.
        """
        return dataset in self.datasets and self.reaches(arrived)

    def reaches(self, written: datetime | None) -> bool:
        """Whether what was written then, in any place, is erased; buckets tell moments by the second."""
        return written is None or self.closed is None or written.replace(microsecond=0) <= self.closed

    def with_erased(self, place: str, count: int) -> Erasure:
        """The same with more that was erased at a place."""
        return replace(self, erased={**self.erased, place: self.erased.get(place, 0) + count}) if count else self

    def with_unread(self, key: str) -> Erasure:
        """The same with a file that nobody can read; of very many the first are named, for a record stays small."""
        if key in self.unread or len(self.unread) >= MOST_UNREAD:
            return self
        return replace(self, unread=(*self.unread, key))


def endings(begun: datetime, logged: int) -> tuple[Ending, ...]:
    """What an erasure that began then leaves to end by itself, where logs are kept so many days.

    Logs hold what stood for the person, which without its salt is nobody's name, and what else was asked about them.
    """
    return (
        Ending("lines of the log of predict about nobody who could be named", begun + timedelta(days=logged)),
        Ending(
            "backups of the tables catalog and control, which can be restored to a moment before", begun + RESTORABLE
        ),
    )


def known_with(column: str, charters: Iterable[Charter]) -> tuple[str, ...]:
    """The columns by which, with this one, models tell people apart; none where the column alone names somebody."""
    keys = [key for charter in charters for key in charter.features.entities.values() if column in key]
    alone = any(len(key) == 1 for key in keys)
    return () if alone else tuple(dict.fromkeys(name for key in keys for name in key if name != column))


def reach(column: str, charters: Iterable[Charter]) -> tuple[str, ...]:
    """The datasets that have people by that column: all of them, for a person has one salt."""
    datasets = dict[str, None]()
    for charter in charters:
        if column in charter.compliance.hashed:
            datasets |= dict.fromkeys(use.name for use in charter.datasets if column in use.types)
    return tuple(datasets)
