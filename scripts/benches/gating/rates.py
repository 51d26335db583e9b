"""How often the gate answers something, and how sure that share is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from serin.domain.judgement.evidence import Evidence, Sample
from serin.domain.judgement.gate import judge
from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.domain.judgement.verdicts import Outcome
from serin.measures.arrays import Floats

Draw = Callable[[int], Floats]
"""A contest's gains, one number a day, for so many days."""
Rate = Mapping[str, float]
BETTER = 1.1
DAYS, TOO_FEW = 14, 9
EFFECTS = (0.9, 0.7, 0.5, 0.0)
_Z = 1.959964


def wilson(hits: int, of: int) -> Rate:
    """A share with its 95 % interval (Wilson 1927)."""
    share, squared = hits / of, _Z * _Z / of
    middle = (share + squared / 2) / (1 + squared)
    half = _Z * math.sqrt(share * (1 - share) / of + squared / (4 * of)) / (1 + squared)
    return {"rate": round(share, 4), "low": round(middle - half, 4), "high": round(middle + half, 4), "n": of}


def outcome_of(gains: Floats, gate: GatePolicy) -> Outcome:
    """The verdict of the gate on a contest of days, where the challenger is far above the trivial answer."""
    days = len(gains)
    trivial = Sample(tuple(1.0 + 0.01 * (day % 2) for day in range(days)), days, ordered=True)
    evidence = Evidence({}, trivial, Sample(tuple(gains.tolist()), days, ordered=True), champion_version=1)
    return judge(evidence, Requirements(gate)).outcome


def rate(outcome: Outcome, contests: Iterable[Floats], gate: GatePolicy) -> Rate:
    """How often contests end so."""
    ends = [outcome_of(gains, gate) == outcome for gains in contests]
    return wilson(sum(ends), len(ends))


def answers(draw: Draw, spread: float, bad: Mapping[str, Draw], gate: GatePolicy, n: int) -> dict[str, dict[str, Rate]]:
    """What the gate says of days around 0 with this spread, moved by effects, and of the bad challengers' days.

    `accepted.better` is a gain of 1.1 day-sd beyond `minimum_gain`; the others beside it are .9, .7, .5 and 0.
    """
    challengers = {**bad, "near_twin": draw}
    rejected = {name: rate("fail", (of(DAYS) for _ in range(n)), gate) for name, of in challengers.items()}

    def passed(effect: float) -> Rate:
        gain = gate.minimum_gain + effect * spread
        return rate("pass", (draw(DAYS) + gain for _ in range(n)), gate)

    few = rate("inconclusive", (draw(TOO_FEW) + BETTER * spread for _ in range(n)), gate)
    return {
        "rejected": rejected,
        "accepted": {"better": passed(BETTER)},
        "inconclusive": {"nine_days": few},
        "beside": {f"gain_of_minimum_plus_{effect:g}_sd": passed(effect) for effect in EFFECTS},
    }


def spread_of(gains: Floats) -> float:
    """The day-to-day standard deviation."""
    return float(np.std(gains, ddof=1))
