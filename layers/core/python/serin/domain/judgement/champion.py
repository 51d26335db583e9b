"""Challenger against champion on the same rows: is the gain worth a release, and not luck?"""

from __future__ import annotations

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Evidence, Sample
from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.sentences import better, came, confidence
from serin.domain.judgement.verdicts import Check, Outcome
from serin.domain.plain_numbers import how_many

MINIMUM_BLOCKS = 10
"""Fewer say too little about their own spread to let one model replace another."""


def against_champion(gain: Sample, gate: GatePolicy, version: int | None) -> Check:
    """Whether the gain's lower bound is above `minimum_gain`: a gain too small to be worth a release is no gain."""
    return _gained("gain over the champion", gain, gate, version)


def within_days(gain: Sample, gate: GatePolicy, version: int | None) -> Check:
    """Whether there is as sure a gain when both models are told how each day was on the whole.

    Who happens to expect more delays wins a stormy fortnight from a model that is no worse. A lasting change of the
    level is seen as a loss of the live version, and a training for that is not asked this.
    """
    return _gained("gain over the champion within days", gain, gate, version)


def _gained(name: str, gain: Sample, gate: GatePolicy, version: int | None) -> Check:
    found, unit, needed = uncertain(gain), gate.metric, gate.minimum_gain
    if found is None or found.blocks < MINIMUM_BLOCKS:
        had = f"{how_many(len(gain.blocks), gate.block)} that neither has learnt from"
        estimate = None if found is None else found.estimate
        return Check(name, "inconclusive", f"{had}; {MINIMUM_BLOCKS} are needed", unit, needed, estimate)
    bound = found.lower(gate.champion_alpha)
    outcome: Outcome = "pass" if bound > needed else "fail"
    over = "the champion" if version is None else f"version {version}"
    shown = f"{name}: {unit} is {better(found.estimate)} than {over}'s, at worst {better(bound)}"
    unasked = " (nothing that was seen asked for this training)" if gate.unasked else ""
    sure = f"with {confidence(gate.champion_alpha)} confidence{unasked}"
    rule = f"{sure}, even that must be more than {needed:g} better: {came(outcome)}"
    return Check(name, outcome, f"{shown} {rule}", unit, needed, found.estimate, bound)


def too_few(evidence: Evidence) -> bool:
    """Whether there is a champion and less to compare it on than any verdict needs."""
    return evidence.over_champion is not None and len(evidence.over_champion.blocks) < MINIMUM_BLOCKS


def seen_power(evidence: Evidence, gate: GatePolicy) -> float | None:
    """The least true gain this contest would have let in four times in five: over the champion, or the trivial answer.

    None where the blocks cannot tell.
    """
    champion = evidence.over_champion
    gain = uncertain(evidence.over_trivial if champion is None else champion)
    if gain is None or (champion is not None and gain.blocks < MINIMUM_BLOCKS):
        return None
    return gain.detectable(gate.alpha) if champion is None else gain.detectable(gate.champion_alpha) + gate.minimum_gain
