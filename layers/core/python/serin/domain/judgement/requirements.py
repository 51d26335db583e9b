"""Requirements that a number must be shown to reach: floors, the trivial answer, value."""

from __future__ import annotations

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.verdicts import Check, Outcome


def at_least(name: str, sample: Sample | None, requirement: float, alpha: float, unit: str) -> Check:
    """Whether the truth behind a sample is shown to be at least `requirement`.

    The lower bound decides a pass. An estimate below the requirement fails; one above it whose bound is below is
    inconclusive: more rows may show it.
    """
    return _check(name, sample, requirement, alpha, unit, sign=1.0)


def at_most(name: str, sample: Sample | None, requirement: float, alpha: float, unit: str) -> Check:
    """`at_least` for a number that should be small: the upper bound decides."""
    return _check(name, sample, requirement, alpha, unit, sign=-1.0)


def _check(name: str, sample: Sample | None, requirement: float, alpha: float, unit: str, sign: float) -> Check:
    found = None if sample is None else uncertain(sample)
    if found is None:
        return Check(name, "inconclusive", f"{name}: these rows cannot show it", unit, requirement)
    bound = found.lower(alpha) if sign > 0 else found.upper(alpha)
    outcome: Outcome = "inconclusive"
    if sign * found.estimate < sign * requirement:
        outcome = "fail"
    elif sign * bound >= sign * requirement:
        outcome = "pass"
    side = "at least" if sign > 0 else "at most"
    shown = f"{name} {found.estimate:.4g}, {side} {bound:.4g} with {1 - alpha:.0%} confidence"
    return Check(name, outcome, f"{shown}; {side} {requirement:g} is asked", unit, requirement, found.estimate, bound)
