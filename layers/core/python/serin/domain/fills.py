"""How far the online items of a view's definition have been built, and when somebody must catch up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from serin.domain.view_statistics import ViewStatistics

QUIET = timedelta(minutes=15)
"""An upload that nobody has built for this long is not being built: whoever should have is dead."""
RULE = 2
"""The rule by which items are made (`serin.domain.known`): those of an earlier one are made again."""
ATTEMPTS = 3
"""Backfills that may begin by themselves and not end; then a person must look."""

Sequences = Mapping[str, int]


MOST_NAMED = 50
"""Busy entities that a record names; those that were found first are named no more."""


@dataclass(frozen=True)
class BusyEntity:
    """An entity with more than an item of the store may hold: so many events in the bucket from `since` on, or values.

    Nobody asks for a bucket after `until`. `item` is the key of it.
    """

    entity: str
    many: int
    item: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Written:
    """How many `items` were newer than what the store had, the `keys` of all, and which are of busy entities."""

    items: int
    keys: frozenset[str] = frozenset()
    busy: tuple[BusyEntity, ...] = ()

    def __add__(self, other: Written) -> Written:
        mine = [entity for entity in self.busy if entity.item not in other.keys]
        return Written(self.items + other.items, self.keys | other.keys, (*mine, *other.busy))


@dataclass(frozen=True)
class Fill:
    """One definition of a view: which uploads its items are made of.

    Of each dataset it reads, every upload up to `upto` is in, and those of `beyond`. `begun` counts the
    backfills since one has ended, `refused` says why none can; `items` is what the last one has looked
    at, `revision` grows with every change. `busy` names the entities whose values are not known, for they have
    too many; all others are served. `rule` is the one that all of its items are made by.
    """

    model: str
    view: str
    definition: str
    at: datetime
    upto: Sequences = field(default_factory=dict)
    beyond: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    items: int | None = None
    begun: int = 0
    refused: str | None = None
    statistics: ViewStatistics | None = None
    revision: int = 0
    busy: tuple[BusyEntity, ...] = ()
    rule: int = RULE

    def with_written(self, written: Written, now: datetime) -> Fill:
        """Once these items are in the store: who was busy in one of them and is not any more is named no more."""
        kept = [entity for entity in self.busy if entity.item not in written.keys]
        kept = [entity for entity in kept if entity.until is None or entity.until > now]
        return replace(self, busy=(*kept, *written.busy)[-MOST_NAMED:])

    def with_built(self, dataset: str, sequence: int) -> Fill:
        """Once an upload is in as well."""
        return self._with(dataset, self.upto.get(dataset, 0), {*self.beyond.get(dataset, ()), sequence})

    def with_filled(self, heads: Sequences) -> Fill:
        """Once everything up to these sequences is in."""
        fill = replace(self, begun=0, refused=None, rule=RULE)
        for dataset, sequence in heads.items():
            upto = max(sequence, fill.upto.get(dataset, 0))
            fill = fill._with(dataset, upto, set(fill.beyond.get(dataset, ())))
        return fill

    def behind(self, heads: Sequences) -> bool:
        """Whether some upload up to these sequences is not in, or items may be made by an earlier rule."""
        return self._is_outdated or bool(self.lacks(heads))

    def lacks(self, heads: Sequences) -> Sequences:
        """The first upload of each dataset that is not in, where one up to these sequences is not."""
        upto = {dataset: self.upto.get(dataset, 0) for dataset in heads}
        return {dataset: upto[dataset] + 1 for dataset, sequence in heads.items() if upto[dataset] < sequence}

    @property
    def _is_outdated(self) -> bool:
        return self.rule < RULE and any(self.upto.values())

    def _with(self, dataset: str, upto: int, beyond: set[int]) -> Fill:
        while upto + 1 in beyond:
            upto += 1
        left = tuple(sorted(number for number in beyond if number > upto))
        others = {name: numbers for name, numbers in self.beyond.items() if name != dataset}
        kept = {**others, dataset: left} if left else others
        return replace(self, upto={**self.upto, dataset: upto}, beyond=kept)


def must_catch_up(fill: Fill | None, heads: Sequences, now: datetime) -> bool:
    """Whether a backfill should begin by itself, where `heads` are the sequences of the datasets the view reads.

    A new definition at once; one that has lost uploads once it is quiet; none that was refused or did not end.
    """
    if fill is None:
        return any(heads.values())
    if not fill.behind(heads) or fill.refused or fill.begun >= ATTEMPTS:
        return False
    never = not any(fill.upto.values()) and fill.begun == 0
    return never or now - fill.at >= QUIET
