"""Trainings and their trials on DynamoDB, and how any record of the catalog is read.

A run is one item by its id. Lists and comparisons read summaries, which are small: a few hundred fit into one answer.
What a run has measured, which may be much, is packed into few items of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from serin.adapters.dynamodb import MOMENT, NEW, Put, RecordTable
from serin.domain.approvals import Approval
from serin.domain.auditing.effects import run_began, run_ended
from serin.domain.auditing.entry import Area, Entry
from serin.domain.datasets import Upload
from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.domain.paging import PAGE, Page, moment_key
from serin.domain.records import from_record
from serin.domain.releases import Release
from serin.domain.runs import RunMetric, RunSummary, trial_run

T = TypeVar("T")
NOT_ENDED = "attribute_not_exists(#ended) OR #ended = :ended"
_PACKED = 500
"""Measurements of one item: some 100 of the 400 KB that it may have."""


class DynamoRuns:
    """The part of the catalog that `serin.ports.runs.Runs` asks for."""

    def __init__(self, table: RecordTable) -> None:
        self._table = table

    def begin_run(self, run: Run) -> bool:
        return self._audited([Put(f"RUN#{run.model}", run.id, run, moment_of(run), NEW)], [run_began(run)])

    def save_run(self, run: Run) -> bool:
        return self._audited([put_run(run)], run_ended(run))

    def run(self, model: str, run_id: str) -> Run:
        return self._one(Run, f"RUN#{model}", run_id, f"run {run_id!r} of {model}")

    def latest_runs(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Run]:
        return self._page(Run, f"RUN#{model}", limit, after)

    def runs(self, model: str) -> Sequence[Run]:
        return sorted(self._all(Run, f"RUN#{model}"), key=lambda run: run.at)

    def save_metrics(self, model: str, run_id: str, metrics: Sequence[RunMetric]) -> None:
        for number, first in enumerate(range(0, len(metrics), _PACKED)):
            packed = metrics[first : first + _PACKED]
            self._table.put(Put(f"METRIC#{model}", f"{run_id}#{numbered(number)}", packed))

    def metrics(self, model: str, run_id: str) -> Sequence[RunMetric]:
        chunks = self._table.query(f"METRIC#{model}", f"{run_id}#")
        return [from_record(RunMetric, record) for chunk in chunks for record in chunk]

    def save_summary(self, summary: RunSummary) -> None:
        self._table.put(Put(f"SUMMARY#{summary.model}", summary.id, summary, moment_of(summary)))

    def latest_summaries(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[RunSummary]:
        return self._page(RunSummary, f"SUMMARY#{model}", limit, after)

    def trial_summaries(self, model: str, run_id: str) -> Sequence[RunSummary]:
        return self._all(RunSummary, f"SUMMARY#{model}", trial_run(run_id))

    def _audited(self, items: Sequence[Put], entries: Sequence[Entry]) -> bool:
        """Write the effect and what the audit says of it, or nothing; False when the effect's conditions do not hold.

        An effect that is written once more, as by a step that is repeated, has its entries already: they stay.
        """
        if not entries and len(items) == 1:
            return self._table.put(items[0])
        if self._table.put_together([*items, *map(entry_put, entries)]):
            return True
        new = [entry for entry in entries if self._table.get(partition(entry.area, entry.owner), entry.id) is None]
        if len(new) == len(entries):
            return False
        return self._table.put_together([*items, *map(entry_put, new)])

    def _all(self, kind: type[T], pk: str, prefix: str = "") -> list[T]:
        return [from_record(kind, record) for record in self._table.query(pk, prefix)]

    def _page(self, kind: type[T], pk: str, limit: int, after: str | None, *, by_moment: bool = True) -> Page[T]:
        page = self._table.newest(pk, limit, after, by_moment=by_moment)
        return Page(tuple(from_record(kind, record) for record in page.items), page.next)

    def _one(self, kind: type[T], pk: str, sk: str, what: str) -> T:
        record: Any = self._table.get(pk, sk)
        if record is None:
            raise NotFound(f"There is no {what}.", "List what there is first, and check the name.")
        return from_record(kind, record)


def entry_put(entry: Entry) -> Put:
    """The write of an entry, which is never written over."""
    return Put(partition(entry.area, entry.owner), entry.id, entry, moment_of(entry), NEW)


def partition(area: Area, owner: str) -> str:
    """Where the entries of an owner lie; a function may write those of its areas alone."""
    return f"AUDIT#{area}#{owner}"


def put_run(run: Run) -> Put:
    """The write of a run, which changes none that has ended otherwise."""
    return until_ended(f"RUN#{run.model}", run)


def until_ended(pk: str, item: Run | Release) -> Put:
    """The record, written unless it has ended otherwise, or at another moment: whoever comes late changes nothing."""
    # What is open has no such attribute, so that its record may not replace one that has.
    ended = {} if item.is_open else {"ended": item.end}
    return Put(pk, item.id, item, {**moment_of(item), **ended}, NOT_ENDED, ended=item.end)


def moment_of(item: Approval | Entry | Upload | Run | Release | RunSummary) -> dict[str, str | int]:
    """The attribute that lists by moment go by."""
    return {MOMENT: moment_key(item.at, item.id)}


def numbered(number: int) -> str:
    """A number as a sort key: such keys sort as their numbers do."""
    return f"{number:09d}"
