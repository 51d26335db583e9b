"""What is answered to whether a model should be trained again; `as_record` of it is what people are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Action = Literal["none", "wait", "propose", "train"]
"""`none`: there is no reason. `wait`: there is one, and it is too soon. `propose`: there is one, and a person decides.
`train`: a training begins; its gate, and the release after it, decide whether anything changes."""
Cause = Literal["performance", "drift", "age", "schedule", "volume"]


@dataclass(frozen=True)
class Gain:
    """What a retraining is expected to bring until the next one: `amount` in `unit`.

    In the charter's unit of value where truth says what predictions brought, else in the metric that is judged.
    """

    amount: float
    unit: str


@dataclass(frozen=True)
class Decision:
    """What to do about a live model, why, and in one sentence.

    `next_date` is when to look again: when a wait ends, or when the next training is due or pays; None where nothing
    says so. `cost_usd` is what a training costs.
    """

    action: Action
    sentence: str
    cause: Cause | None = None
    expected_gain: Gain | None = None
    cost_usd: float | None = None
    next_date: datetime | None = None
