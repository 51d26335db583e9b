"""A labelled year, and how models are made and judged in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from serin.domain.judgement.policy import Requirements
from serin.domain.judgement.retraining.policy import RetrainingPolicy
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.learning.columns import TrainingColumns
from serin.learning.pipelines import Params, PipelineMaker


@dataclass(frozen=True, eq=False)
class World:
    """Rows of a binary task, oldest first. The first model learns what is known at `begin`; then `days` days pass.

    Truth is known `lag` after a row was asked; the newest `holdout` of it judges a challenger. `params` are those of
    every model. By `watch` the live model is judged.
    """

    columns: TrainingColumns
    make: PipelineMaker
    params: Params
    requirements: Requirements
    policy: RetrainingPolicy
    begin: datetime
    days: int
    lag: timedelta
    holdout: timedelta
    watch: WatchPolicy
