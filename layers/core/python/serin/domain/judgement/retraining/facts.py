"""What is known when it is asked whether a live model should be trained again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.judgement.watching.performance import Performance

Outcome = Literal["registered", "rejected", "inconclusive", "invalid", "failed", "running"]
"""What came of a training; the words of `Run.status`, but for `skipped`: nothing was tried then."""
SAID_SOMETHING: tuple[Outcome, ...] = ("registered", "rejected", "running")
"""After these it is known, or will be, whether a challenger is better. The others leave it open."""
TruthOrigin = Literal["dataset", "feedback"]


@dataclass(frozen=True)
class Attempt:
    """One training of the model, whatever began it."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True)
class Decayed:
    """How much worse the live version, or one before it, was so long after the newest row it had learnt from.

    `loss` is in the unit of the metric that is judged, against the version's own reference.
    """

    age: timedelta
    loss: float


@dataclass(frozen=True)
class Facts:
    """All that a decision follows from; moments are aware, and metrics those of the live version.

    `learnt_until` is the moment of the newest row the live version has learnt from, `new_rows` how many labelled rows
    have come since its training and since the last one that said something. `attempts` are the model's trainings in
    any order, by whatever cause. `busy` says what runs: a training or a release of the model; None where nothing does.

    `performance` is the newest verdict on the live version's matured truth, `value` the same of value per 1,000
    predictions, if the charter has a value. `truth` is "feedback" where the truth's dataset alone does not show
    its loss. `drifted` are the features with an open episode of drift. `needed` is the gain that the gate would see
    four times in five, as the last verdict's `power` has it. `training_cost_usd` is what the last training cost.
    """

    now: datetime
    learnt_until: datetime
    live_since: datetime
    new_rows: int = 0
    attempts: Sequence[Attempt] = ()
    busy: str | None = None
    performance: Performance | None = None
    value: Performance | None = None
    value_unit: str = ""
    truth: TruthOrigin = "dataset"
    drifted: Sequence[str] = ()
    decay: Sequence[Decayed] = ()
    needed: float | None = None
    predictions_per_day: float = 0.0
    training_cost_usd: float | None = None
