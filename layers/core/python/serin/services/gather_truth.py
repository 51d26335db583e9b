"""New rows of the truth's dataset and new feedback become facts about predictions, each by its prediction's day."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

import polars as pl

from serin.data.contract.trial import told_by
from serin.data.looks.truth import news, no_facts, read_facts
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.errors import Conflict
from serin.domain.truth import (
    TruthState,
    day_of,
    first_open_day,
    inbox_of_day,
    is_sealed,
    open_days,
    received_since,
    start_of,
)
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.note_fills import DOOMED
from serin.services.steps.truth_days import TruthDays
from serin.services.steps.truth_rows import TruthRows, about
from serin.services.steps.view_writer import Functions

OVERLAP = timedelta(minutes=10)
"""Feedback whose moment was taken so long before may be written only now."""
_ATTEMPTS = 5
Fresh = Mapping[date, pl.DataFrame]


@dataclass(frozen=True)
class TruthGathered:
    """How many new facts there are, of how many days' predictions; `reason`, why the dataset could not be read."""

    facts: int = 0
    days: int = 0
    reason: str | None = None


def gather_truth(
    charter: Charter,
    contracts: Mapping[str, Contract],
    functions: Functions,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
) -> TruthGathered:
    """Keep what was said since the last time about predictions that are still waited for; safe to repeat.

    It costs what the new uploads and the new feedback hold, and a look at the days that are open: never what there is
    of history, but where a label is derived from other rows than its own.
    """
    state, head, reason = catalog.truth_state(charter.model), catalog.head(charter.truth.dataset), None
    gathering = _Gathering(charter, state, clock.now(), lake=lake)
    gathering.feedback()
    oldest = start_of(first_open_day(charter.truth, gathering.now))
    try:
        gathering.dataset(TruthRows(charter, contracts, functions, state, head, oldest, lake=lake, catalog=catalog))
        sequence = head.sequence
    except DOOMED as error:
        reason, sequence = told_by(error), state.sequence
    fresh = gathering.fresh()
    if fresh:
        # Before it is there as well: who dies once it is there would find nothing new to say the next time.
        _remember(charter, clock.now(), fresh, catalog)
    gathering.keep(fresh)
    # Who has looked while it was written has to look again.
    _remember(charter, clock.now(), fresh, catalog, joined=_Joined(sequence, gathering.now))
    return TruthGathered(sum(facts.height for facts in fresh.values()), len(fresh), reason)


@dataclass(frozen=True)
class _Gathering:
    """One time that truth is gathered: what it is of, and by day what was said."""

    charter: Charter
    state: TruthState
    now: datetime
    _: KW_ONLY
    lake: ObjectStore
    said: dict[date, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def days(self) -> TruthDays:
        return TruthDays(self.charter, first_open_day(self.charter.truth, self.now), lake=self.lake)

    def dataset(self, rows: TruthRows) -> None:
        """What rows say of the predictions about their entities; without rows only days that are whole now are kept.

        Rows are read when the first predictions come that they can be about: most of history is about none.
        """
        days = [day for day in open_days(self.charter.truth, self.now) if rows.parts or self._became_whole(day)]
        tables = [self.days.keep_asked(day, self.now) for day in days]
        asked = [table for table in tables if not table.is_empty()]
        if rows.parts and asked:
            # Joined once: of thirty days each has few predictions.
            self._add(about(rows.table, pl.concat(asked), self.charter))

    def _became_whole(self, day: date) -> bool:
        before = self.state.unsealed
        return is_sealed(day, self.now) and (before is None or start_of(day) >= before)

    def feedback(self) -> None:
        """What callers have sent."""
        model = self.charter.model
        since = (self.state.received or start_of(first_open_day(self.charter.truth, self.now))) - OVERLAP
        day = since.date()
        while day <= self.now.date():
            for key in self.lake.keys(inbox_of_day(model, day)):
                if received_since(key, model, since):
                    self._add(read_facts(gzip.decompress(self.lake.get(key))))
            day += timedelta(days=1)

    def _add(self, facts: pl.DataFrame) -> None:
        days = pl.Series([day_of(name) for name in facts["prediction_id"]], dtype=pl.Date)
        for (day,), of_day in facts.group_by(days, maintain_order=True):
            self.said[day].append(of_day)

    def fresh(self) -> Fresh:
        """What is new, by the day of the predictions that it is about."""
        said = {
            day: news(pl.concat([no_facts(), *tables]), self.days.facts(day)[0]) for day, tables in self.said.items()
        }
        return {day: facts for day, facts in said.items() if not facts.is_empty()}

    def keep(self, fresh: Fresh) -> None:
        """Write it."""
        for day, facts in fresh.items():
            self.days.keep_facts(day, facts)


@dataclass(frozen=True)
class _Joined:
    """Up to where all that was said is joined: the dataset's upload, and the moment of feedback."""

    sequence: int
    received: datetime


def _remember(
    charter: Charter, now: datetime, days: Iterable[date], catalog: Catalog, joined: _Joined | None = None
) -> None:
    """That there is news of these days as of now, and what is `joined`, if all of it is there.

    What was joined at the same time by somebody else stays joined; what they missed only comes again. Raises Conflict
    where they always come first.
    """
    for _ in range(_ATTEMPTS):
        known = catalog.truth_state(charter.model)
        state = known if joined is None else _up_to(joined, known, charter)
        changed = {**state.changed, **{str(day): now for day in days}}
        if catalog.save_truth_state(replace(state, changed=changed, revision=known.revision + 1)):
            return
    raise Conflict(f"The truth of {charter.model} is being joined by others all the time.", "Try again.")


def _up_to(joined: _Joined, known: TruthState, charter: Charter) -> TruthState:
    now = joined.received
    first = first_open_day(charter.truth, now)
    unsealed = start_of(next(day for day in open_days(charter.truth, now) if not is_sealed(day, now)))
    return replace(
        known,
        sequence=max(joined.sequence, known.sequence),
        received=max(now, known.received or now),
        unsealed=max(unsealed, known.unsealed or unsealed),
        changed={day: at for day, at in known.changed.items() if date.fromisoformat(day) >= first},
    )
