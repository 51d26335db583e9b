"""The candidates and the traffic that rules for releases are tried on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DAY = 10_000
READINGS = 400
"""How often a rule reads before the deadline of a day: every 3.6 minutes, whatever the traffic."""


@dataclass(frozen=True)
class Case:
    """What both versions do, by call; `requests` come before the deadline.

    `outage` is (request of the last weight, length, share): calls there fail with that share whoever answers. `drift`:
    the failure rate rises evenly to this many times itself. `slow` moves the candidate's latency by so many standard
    deviations within a sandbox, `slow_in_shadow` that of its shadow's calls; `between` is the standard deviation
    between sandboxes in the same unit. `worse` and
    `better` are shares of the shadow's pairs; `disagree` is the share that disagrees. `lost` is the share of the
    candidate's failing calls that a repeat hides: the live version answered it and only that line is there.
    """

    live: float = 0.005
    candidate: float = 0.005
    requests: int = DAY
    outage: tuple[int, int, float] | None = None
    drift: float = 1.0
    slow: float = 0.0
    slow_in_shadow: float = 0.0
    between: float = 0.1
    invalid: float = 0.0
    worse: float = 0.03
    better: float = 0.03
    disagree: float = 0.1
    lost: float = 0.0
    good: bool = False


CASES: Mapping[str, Case] = {
    "equal_500": Case(requests=500, good=True),
    "equal_10k": Case(good=True),
    "equal_100k": Case(requests=100_000, good=True),
    "equal_outage": Case(outage=(100, 60, 0.8), good=True),
    "equal_drift": Case(live=0.002, candidate=0.002, drift=10.0, good=True),
    "equal_sandbox": Case(between=0.4, good=True),
    # Live fails as often, so that only the rule for passing keeps it out.
    "at_margin": Case(live=0.02, candidate=0.02),
    "errors_05_5": Case(candidate=0.05),
    "errors_05_1": Case(candidate=0.01, good=True),
    "slow": Case(slow=1.5, slow_in_shadow=1.5),
    "slow_in_traffic": Case(slow=3.0),
    "nonsense": Case(invalid=0.3),
    "shifted_scores": Case(disagree=0.3),
    "shadow_6_1": Case(worse=0.06, better=0.01),
    "shadow_10_5": Case(worse=0.10, better=0.05, disagree=0.15),
    "retries": Case(candidate=0.5, lost=1.0),
    "silence": Case(requests=0),
}
