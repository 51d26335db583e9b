"""How sure the gate must be of a challenger that was trained by the calendar, and not for anything that was seen."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.retraining.decision import Cause

OBSERVED: frozenset[str] = frozenset({"performance", "drift"})
UNASKED: frozenset[str] = frozenset(get_args(Cause)) - OBSERVED


def gate_for(cause: str, gate: GatePolicy) -> GatePolicy:
    """The charter's gate for a training of this cause.

    By age, calendar or volume a training begins a dozen times a year and more whether or not there is a better model,
    and luck needs to favour only one: see `GatePolicy.unasked`. Where truth shows a loss, inputs have moved or a person
    asks there is reason to expect one, and such trainings are few.
    """
    return replace(gate, unasked=cause in UNASKED)
