"""What ends a judgement before any bet is read: absolute stops, and traffic that is not split as the alias says."""

from __future__ import annotations

import math
from collections.abc import Iterator

from serin.domain.judgement.bets import departure
from serin.domain.judgement.release_evidence import ReleaseEvidence
from serin.domain.judgement.verdicts import Check

RUN_CHANCE = 1e-5
"""How likely the run that stops a release may be, from any one failure on, when both versions fail equally often."""
RATIO_ALPHA = 0.01
"""How often a sound split is called unsound, over a whole release."""
_SHADOW_WEIGHT = 0.5


def run_that_stops(weight: float) -> int:
    """How many failures in a row all fall on the candidate, by its share of calls alone, less often than `RUN_CHANCE`.

    So a shared outage, in which each failure falls on the candidate with the probability of its weight, does not stop a
    release: 5 in a row at 10 %, 17 at 50 %.
    """
    return math.ceil(math.log(RUN_CHANCE) / math.log(weight) - 1e-9)


def stops(evidence: ReleaseEvidence) -> Iterator[Check]:
    """The absolute stops that came about."""
    seen = evidence.stops
    weight = evidence.steps[-1].weight / 100 if evidence.steps else _SHADOW_WEIGHT
    most = run_that_stops(weight)
    if seen.longest_run >= most:
        reason = f"{seen.longest_run} calls of the candidate failed in a row while no live call failed in between"
        yield Check("failures in a row", "fail", reason, "calls", most, seen.longest_run)
    if seen.init_failure is not None:
        yield Check("start", "fail", f"the candidate cannot start: {seen.init_failure}")
    if seen.throttled:
        yield Check("throttling", "fail", "calls have been throttled since the release began")
    for alarm in seen.alarms:
        yield Check("alarm", "fail", f"the alarm {alarm} of the candidate's version was OK at the start and fires")


def sample_ratio(evidence: ReleaseEvidence) -> Check:
    """Whether the candidate had the share of first attempts that the alias's weights explain.

    If not, calls were lost, repeated or moved, and neither failures nor answers can be compared.
    """
    calls = [(step.candidate.calls, step.candidate.calls + step.live.calls, step.weight) for step in evidence.steps]
    log_e = math.fsum(departure(own, both, weight / 100) for own, both, weight in calls)
    enough = 1 / RATIO_ALPHA
    e = math.exp(min(log_e, 700.0))
    shares = ", ".join(f"{own / both:.1%} of {both} calls at {weight} %" for own, both, weight in calls if both)
    reason = f"the candidate had {shares or 'no calls'}"
    if e < enough:
        return Check("sample ratio", "pass", reason, "e", enough, e)
    return Check("sample ratio", "invalid", f"{reason}: the weight does not explain that", "e", enough, e)
