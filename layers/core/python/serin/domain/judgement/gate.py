"""The gate: whether a challenger may become a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serin.domain.judgement.champion import against_champion, seen_power, too_few, within_days
from serin.domain.judgement.evidence import Evidence
from serin.domain.judgement.policy import Requirements
from serin.domain.judgement.requirements import better_than_trivial, reaches
from serin.domain.judgement.slices import slice_checks
from serin.domain.judgement.value import value_checks
from serin.domain.judgement.verdicts import Check, Verdict, worst


def judge(evidence: Evidence, asked: Requirements) -> Verdict:
    """The verdict on one contest: every check passes, or the worst of them is the outcome.

    With a champion, fewer than `MINIMUM_BLOCKS` blocks are inconclusive whatever they show.
    """
    checks = tuple(_checks(evidence, asked))
    outcome = "inconclusive" if too_few(evidence) else worst(check.outcome for check in checks)
    power = seen_power(evidence, asked.gate)
    return Verdict(outcome, _sentence(outcome, checks, power, asked), checks, power, asked.gate.metric)


def refused(because: str, misfits: Sequence[str]) -> Verdict:
    """The verdict on what is no evidence: nothing was compared, and nothing is said about the challenger."""
    checks = tuple(Check("evidence", "invalid", misfit) for misfit in misfits)
    return Verdict("invalid", f"Refused: {because}: {'; '.join(misfits)}.", checks)


def _checks(evidence: Evidence, asked: Requirements) -> Iterator[Check]:
    alpha, metric = asked.gate.alpha, asked.gate.metric
    for name, floor in asked.floors.items():
        yield reaches(name, evidence.metrics.get(name), floor, alpha)
    yield better_than_trivial(evidence.over_trivial, alpha, metric)
    if evidence.over_champion is not None:
        yield against_champion(evidence.over_champion, asked.gate, evidence.champion_version)
    if evidence.within_days is not None and asked.gate.unasked:
        yield within_days(evidence.within_days, asked.gate, evidence.champion_version)
    yield from slice_checks(evidence, asked)
    yield from value_checks(evidence, asked)


def _sentence(outcome: str, checks: tuple[Check, ...], power: float | None, asked: Requirements) -> str:
    """One sentence: the outcome, what decided it, and what could have been seen."""
    decisive = [check.reason for check in checks if check.outcome == outcome]
    because = "; ".join(decisive) if outcome != "pass" else decisive[-1] if len(decisive) == 1 else ""
    head = {"pass": "Passed", "fail": "Rejected", "inconclusive": "Undecided", "invalid": "Refused"}[outcome]
    told = f"{head}: {because or 'all ' + str(len(checks)) + ' checks hold'}"
    seen = "" if power is None else f"; this gate could have seen a gain of {power:.2g} {asked.gate.metric}"
    return f"{told}{seen}."
