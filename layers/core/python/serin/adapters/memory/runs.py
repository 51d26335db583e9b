"""Trainings and their trials in memory, and how any list of the catalog is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import RLock
from typing import TypeVar

from serin.domain.approvals import Approval
from serin.domain.auditing.effects import run_began, run_ended
from serin.domain.auditing.entry import Area, Entry
from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.domain.paging import PAGE, Page, moment_key
from serin.domain.releases import Release
from serin.domain.runs import RunMetric, RunSummary, trial_run
from serin.domain.training_leases import TrainingLease

T = TypeVar("T")
D = TypeVar("D", Approval, Run, Release, RunSummary)


class MemoryRuns:
    """Dictionaries under one lock, which is what makes a transaction here."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._runs: dict[tuple[str, str], Run] = {}
        self._metrics: dict[tuple[str, str], tuple[RunMetric, ...]] = {}
        self._summaries: dict[tuple[str, str], RunSummary] = {}
        self._training_leases: dict[str, TrainingLease] = {}
        self._entries: dict[tuple[Area, str], dict[str, Entry]] = {}

    def begin_run(self, run: Run) -> bool:
        with self._lock:
            if (run.model, run.id) in self._runs:
                return False
            self._runs[run.model, run.id] = run
            self._audit(run_began(run))
            return True

    def save_run(self, run: Run) -> bool:
        with self._lock:
            known = self._runs.get((run.model, run.id))
            if ended_otherwise(known, run):
                return False
            self._runs[run.model, run.id] = run
            self._audit(*run_ended(run))
            return True

    def run(self, model: str, run_id: str) -> Run:
        return existing(self._runs.get((model, run_id)), f"run {run_id!r} of {model}")

    def latest_runs(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Run]:
        return paged(in_time(self._runs, model), limit, after)

    def runs(self, model: str) -> Sequence[Run]:
        return sorted((run for (name, _), run in self._runs.items() if name == model), key=lambda run: run.at)

    def save_metrics(self, model: str, run_id: str, metrics: Sequence[RunMetric]) -> None:
        self._metrics[model, run_id] = tuple(metrics)

    def metrics(self, model: str, run_id: str) -> Sequence[RunMetric]:
        return self._metrics.get((model, run_id), ())

    def save_summary(self, summary: RunSummary) -> None:
        self._summaries[summary.model, summary.id] = summary

    def latest_summaries(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[RunSummary]:
        return paged(in_time(self._summaries, model), limit, after)

    def trial_summaries(self, model: str, run_id: str) -> Sequence[RunSummary]:
        below = trial_run(run_id)
        return [item for (of, name), item in sorted(self._summaries.items()) if of == model and name.startswith(below)]

    def training_lease(self, model: str) -> TrainingLease | None:
        return self._training_leases.get(model)

    def save_training_lease(self, lease: TrainingLease) -> bool:
        with self._lock:
            known = self.training_lease(lease.model)
            if lease.revision - 1 != (known.revision if known else 0):
                return False
            self._training_leases[lease.model] = lease
            return True

    def _audit(self, *entries: Entry) -> None:
        """Of an effect, which whoever calls has under the lock; what is there already stays."""
        for entry in entries:
            self._entries.setdefault((entry.area, entry.owner), {}).setdefault(entry.id, entry)


def ended_otherwise(known: Run | Release | None, item: Run | Release) -> bool:
    """Whether the record has ended already, and not as and when the item would have it."""
    return known is not None and not known.is_open and known.end != item.end


def in_time(items: Mapping[tuple[str, str], D], owner: str) -> dict[str, D]:
    """Who owns it has these items, by their place in a list by moment."""
    return {moment_key(item.at, item.id): item for (name, _), item in items.items() if name == owner}


def paged(items: Mapping[str, T], limit: int, after: str | None) -> Page[T]:
    """A page of items, the greatest key first."""
    keys = sorted((key for key in items if after is None or key < after), reverse=True)
    return Page(tuple(items[key] for key in keys[:limit]), keys[limit - 1] if len(keys) > limit else None)


def existing(item: T | None, what: str) -> T:
    """The item; NotFound where there is none."""
    if item is None:
        raise NotFound(f"There is no {what}.", "List what there is first, and check the name.")
    return item
