"""Challenger against champion on the same rows: is the gain worth a release, and not luck?"""

from __future__ import annotations

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Evidence, Sample
from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.sentences import better, came
from serin.domain.judgement.verdicts import Check, Outcome

MINIMUM_BLOCKS = 10
"""Fewer say too little about their own spread to let one model replace another."""


def against_champion(gain: Sample, gate: GatePolicy, version: int | None) -> Check:
    """Whether the gain's lower bound is above `minimum_gain`: a gain too small to be worth a release is no gain."""
    name, found = "gain over the champion", uncertain(gain)
    unit, needed = gate.metric, gate.minimum_gain
    if found is None or found.blocks < MINIMUM_BLOCKS:
        had = f"{len(gain.blocks)} {_plural(gate.block, len(gain.blocks))} that neither has learnt from"
        estimate = None if found is None else found.estimate
        return Check(name, "inconclusive", f"{had}; {MINIMUM_BLOCKS} are needed", unit, needed, estimate)
    bound = found.lower(gate.alpha)
    outcome: Outcome = "pass" if bound > needed else "fail"
    over = "the champion" if version is None else f"version {version}"
    shown = f"{name}: {unit} is {better(found.estimate)} than {over}'s, at worst {better(bound)}"
    rule = f"with {1 - gate.alpha:.0%} confidence, even that must be more than {needed:g} better: {came(outcome)}"
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
    return gain.detectable(gate.alpha) + (0.0 if champion is None else gate.minimum_gain)


def _plural(block: str, count: int) -> str:
    return block if count == 1 else {"day": "days", "entity": "entities", "row": "rows"}[block]
