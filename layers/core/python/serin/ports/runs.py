"""What the catalog remembers of trainings and their trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from serin.domain.experiments import Run
from serin.domain.paging import PAGE, Page
from serin.domain.runs import RunMetric, RunSummary
from serin.domain.training_leases import TrainingLease


class Runs(Protocol):
    """Runs in full by their id, a line of each to list and compare, and all that each has measured."""

    def begin_run(self, run: Run) -> bool:
        """Remember that a run has begun; False when one of that id exists."""

    def save_run(self, run: Run) -> bool:
        """Replace what is known of a run; False, with nothing written, when it has ended otherwise already."""

    def run(self, model: str, run_id: str) -> Run:
        """The run of that id; raises NotFound."""

    def latest_runs(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Run]:
        """The runs of a model, newest first."""

    def runs(self, model: str) -> Sequence[Run]:
        """The runs of a model, oldest first."""

    def save_metrics(self, model: str, run_id: str, metrics: Sequence[RunMetric]) -> None:
        """Replace all that a run, or a trial of one, has measured."""

    def metrics(self, model: str, run_id: str) -> Sequence[RunMetric]:
        """All that a run, or a trial of one, has measured: every step and slice; none of one that nobody knows."""

    def save_summary(self, summary: RunSummary) -> None:
        """Replace the line of a run or a trial that lists and comparisons show."""

    def latest_summaries(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[RunSummary]:
        """The trainings and trials of a model in a line each, newest first."""

    def trial_summaries(self, model: str, run_id: str) -> Sequence[RunSummary]:
        """The trials of a run that are over by now, by number."""

    def training_lease(self, model: str) -> TrainingLease | None:
        """Who trains the model, or trained it last; None before the first training."""

    def save_training_lease(self, lease: TrainingLease) -> bool:
        """Replace the lease; False, with nothing written, unless the revision before it is the one there is."""
