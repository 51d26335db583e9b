"""What a judge answers: an outcome, one sentence, and each check with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Outcome = Literal["pass", "fail", "inconclusive", "invalid"]
"""`pass`: shown. `fail`: looked at and not shown, or shown not to be. `inconclusive`: too little to say either; tried
again when there is more. `invalid`: what was handed in is not evidence of anything."""
_WORST_FIRST: tuple[Outcome, ...] = ("invalid", "fail", "inconclusive", "pass")


@dataclass(frozen=True)
class Check:
    """One requirement held against one number.

    `estimate` and `bound` are in `unit`, as is `requirement`; `bound` is the one-sided confidence bound that decided.
    Numbers are None where the rows cannot show them. `reason` is one sentence without a full stop.
    """

    name: str
    outcome: Outcome
    reason: str
    unit: str = ""
    requirement: float | None = None
    estimate: float | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Verdict:
    """A judge's answer. `power` is the least true effect that would have been seen four times in five, in `unit`."""

    outcome: Outcome
    sentence: str
    checks: tuple[Check, ...] = ()
    power: float | None = None
    unit: str = ""


def warned(verdict: Verdict, warnings: Sequence[str]) -> Verdict:
    """The same verdict, its sentence followed by what else should be looked at."""
    return replace(verdict, sentence=" ".join((verdict.sentence, *(f"Warning: {warning}" for warning in warnings))))


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """What several checks come to: invalid before fail before inconclusive; a pass only when all pass.

    Each check has the whole error rate for itself: to pass, a candidate must pass them all (an intersection-union test;
    Berger 1982), so errors do not add up. Nothing looked at is no pass.
    """
    seen = set(outcomes)
    return next((outcome for outcome in _WORST_FIRST if outcome in seen), "inconclusive")
