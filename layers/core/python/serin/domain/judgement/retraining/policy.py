"""What a charter asks of retraining; the fields' names are those of its section `retraining`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

OnPerformance = Literal["train", "alert", "none"]
OnDataDrift = Literal["alert", "train", "none"]
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class RetrainingPolicy:
    """When a training begins by itself, and how seldom.

    `every` is how long after the last training that said something the next one is due; `new_rows` is how many labelled
    rows that have come since that one, and since the live version's own, make one due; None: these are no reasons.
    `window` is how far back a training learns: a version whose newest rows are older has nothing in common with it and
    is due.

    `cooldown` lies between two trainings, and is at least the holdout and the watermark together: a training sooner
    would be judged by days that the live version has learnt from. `trainings_per_month` is the most within 30 days.
    """

    every: timedelta | None = None
    new_rows: int | None = None
    on_performance: OnPerformance = "train"
    on_data_drift: OnDataDrift = "alert"
    cooldown: timedelta = timedelta(days=15)
    trainings_per_month: int = 4
    window: timedelta = timedelta(days=365)
