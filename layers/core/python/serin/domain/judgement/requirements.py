"""Requirements that a number is held against: floors, the trivial answer, value."""

from __future__ import annotations

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.sentences import better, came, confidence
from serin.domain.judgement.verdicts import Check, Outcome
from serin.domain.metrics import GREATER_IS_BETTER


def at_least(name: str, sample: Sample | None, requirement: float, alpha: float, unit: str) -> Check:
    """Whether the truth behind a sample is shown to be at least `requirement`.

    The lower bound decides a pass. An estimate below the requirement fails; one above it whose bound is below is
    inconclusive: more rows may show it.
    """
    measured = None if sample is None else uncertain(sample)
    if measured is None:
        return _unseen(name, requirement, unit)
    bound = measured.lower(alpha)
    outcome: Outcome = "pass" if bound >= requirement else "fail" if measured.estimate < requirement else "inconclusive"
    sure = f"at least {bound:.4g} with {confidence(alpha)} confidence"
    rule = f"even that must be at least {requirement:g}"
    shown = f"{name}: estimated {measured.estimate:.4g} {unit}, {sure}, {rule}: {came(outcome)}"
    return Check(name, outcome, shown, unit, requirement, measured.estimate, bound)


def better_than_trivial(gain: Sample, alpha: float, metric: str) -> Check:
    """Whether the gain over the trivial answer is shown to be more than nothing: who says the same gains nothing."""
    name, found = "gain over the trivial answer", uncertain(gain)
    if found is None:
        return _unseen(name, 0.0, metric)
    bound = found.lower(alpha)
    outcome: Outcome = "pass" if bound > 0 else "fail" if found.estimate <= 0 else "inconclusive"
    sure = f"at worst {better(bound)} with {confidence(alpha)} confidence"
    shown = f"{name}: {metric} is {better(found.estimate)}, {sure}, even that must be better: {came(outcome)}"
    return Check(name, outcome, shown, metric, 0.0, found.estimate, bound)


def reaches(metric: str, sample: Sample | None, floor: float, alpha: float) -> Check:
    """Whether a metric's estimate reaches its floor; the bound is told and does not decide.

    A floor says what the team wants of a model on the rows at hand. Two weeks of flights know an AUC to .05: a bound
    that decided would only move every floor by that much. What luck must not do is asked elsewhere: being better than
    the trivial answer, than the champion, and worth the minimum value are all decided by bounds.
    """
    name, found = f"floor of {metric}", None if sample is None else uncertain(sample)
    if found is None:
        return _unseen(name, floor, metric)
    greater = GREATER_IS_BETTER[metric]
    side, bound = ("at least", found.lower(alpha)) if greater else ("at most", found.upper(alpha))
    outcome: Outcome = "pass" if (found.estimate >= floor if greater else found.estimate <= floor) else "fail"
    rule = f"estimated {found.estimate:.4g}, the estimate must be {side} {floor:g}: {came(outcome)}"
    shown = f"{name}: {rule} (with {confidence(alpha)} confidence it is {side} {bound:.4g}, which does not decide)"
    return Check(name, outcome, shown, metric, floor, found.estimate, bound)


def _unseen(name: str, requirement: float, unit: str) -> Check:
    return Check(name, "inconclusive", f"{name}: these rows cannot show it", unit, requirement)
