"""A trial that is over, fitted or failed, noted at once: whoever looks sees how far a search has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from serin.domain.experiments import Trial, TrialResult
from serin.domain.prices import TRAINER_SECOND
from serin.domain.runs import RunMetric, RunSummary, latest, trial_run
from serin.ports import Catalog, Clock

LONGEST_REASON = 500
"""Letters of why a trial has failed: all trials of a search travel together."""


def note_trial(
    model: str, run_id: str, training_set: str, result: TrialResult, *, catalog: Catalog, clock: Clock
) -> TrialResult:
    """Keep what a trial has shown, beside what it showed with fewer days; the result, short enough to travel on."""
    name, now = trial_run(run_id, result.trial.number), clock.now()
    measured = _together(catalog.metrics(model, name), [replace(item, at=now) for item in result.measured])
    catalog.save_metrics(model, name, measured)
    catalog.save_summary(
        RunSummary(
            id=name,
            model=model,
            status="finished" if result.failed is None else "failed",
            at=now,
            parent=run_id,
            algorithm=result.algorithm,
            params=result.trial.params,
            training_set=training_set,
            seconds=result.seconds,
            usd=result.seconds * TRAINER_SECOND,
            metrics=latest(item for item in measured if item.slice is None),
            reason=result.failed,
        )
    )
    return replace(result, measured=())


def failed_trial(trial: Trial, reason: str) -> TrialResult:
    """A trial that has shown nothing, and why."""
    return TrialResult(trial, {}, 0.0, failed=reason[:LONGEST_REASON])


def _together(before: Sequence[RunMetric], now: Sequence[RunMetric]) -> list[RunMetric]:
    taken = {(item.name, item.step) for item in now}
    return [*(item for item in before if (item.name, item.step) not in taken), *now]
