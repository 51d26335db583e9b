"""Who trains a model now: one run at a time, for as long as it shows signs of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from serin.domain.charter import Training

SPAN = timedelta(hours=1)
"""How long a training may be silent: a check and a trial, which take 15 minutes each at most, with what is retried."""


def span_of(training: Training) -> timedelta:
    """How long a training of these terms may be silent: a check and a trial may each be a job."""
    return SPAN if training.job is None else SPAN + 2 * training.job.patience


@dataclass(frozen=True)
class TrainingLease:
    """A run's right to train the model until `until`, or until it has ended; `revision` grows with each writing."""

    model: str
    run: str
    until: datetime
    revision: int = 1
