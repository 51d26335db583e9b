"""What each field about retraining changes of the decisions that are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serin.domain.judgement.retraining.decide import decide
from tests.unit.domain.charter_proofs import Proof, Read
from tests.unit.domain.judgement.retraining.observed import DAY, LOSS, NOW, an_attempt, observed

_RELEASE = "release:\n"


def _decided(**parts: Any) -> Callable[[Read], object]:
    return lambda read: decide(read.charter.retraining, observed(**parts)).action


def _edit(line: str) -> Mapping[str, str]:
    return {_RELEASE: f"retraining: {{{line}}}\n{_RELEASE}"}


_THRICE = [an_attempt(days) for days in (10, 20, 29)]
RETRAINING_PROOFS: Mapping[str, Proof] = {
    "design.budget.trainings_per_month": Proof(
        {"  requirements:\n": "  budget: {trainings_per_month: 3}\n  requirements:\n"},
        _decided(performance=LOSS, attempts=_THRICE),
        "wait",
    ),
    "retraining.every": Proof(_edit("every: 60d"), _decided(live_since=NOW - 61 * DAY), "train"),
    "retraining.new_rows": Proof(_edit("new_rows: 500"), _decided(new_rows=500), "train"),
    "retraining.on_performance": Proof(_edit("on_performance: alert"), _decided(performance=LOSS), "propose"),
    "retraining.on_data_drift": Proof(_edit("on_data_drift: train"), _decided(drifted=["wind"]), "train"),
    "retraining.cooldown": Proof(_edit("cooldown: 15d"), _decided(performance=LOSS, attempts=[an_attempt(10)]), "wait"),
}
