"""When a release may pass, what traffic that needs, and whether there is enough of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, Shadow
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.judgement.shares import fewest_calls, upper_share
from serin.domain.judgement.verdicts import Check, Outcome, Verdict

FIRST, REST = 1 / 3, 2 / 3
"""The looks' shares of the error rate: a quick one for candidates that hardly fail, and one that decides the others."""
_LONGER = 5


@dataclass(frozen=True)
class Look:
    """A planned look for a pass: at how many calls of the candidate, with what error rate."""

    calls: int
    alpha: float


@lru_cache(maxsize=256)
def planned_looks(margin: float, alpha: float) -> tuple[Look, ...]:
    """When a pass is looked for; the first look has the fewest calls a release can pass with.

    It lets one failure pass, so that a single unlucky call costs no release; the last has five times the calls. Their
    error rates sum to `alpha` (Bonferroni), which holds at whatever number of calls they are taken. A margin of 2 % at
    .05: 300 and 1,500.
    """
    first = fewest_calls(margin, alpha * FIRST, 1)
    return Look(first, alpha * FIRST), Look(first * _LONGER, alpha * REST)


def minimum_calls(policy: ReleasePolicy) -> int:
    """The fewest calls of the candidate that can show its margin of errors."""
    return planned_looks(policy.margins.error_rate, policy.alpha)[0].calls


def step_calls(policy: ReleasePolicy) -> int:
    """The fewest calls of the candidate in a step: one that fails as often as the margin allows fails once in them."""
    return math.ceil(1 / policy.margins.error_rate)


def looks_of(policy: ReleasePolicy) -> tuple[Look, ...]:
    """When a release may pass; with the strategy `shadow` only at its last pair."""
    if policy.strategy == "shadow":
        return (Look(policy.shadow.pairs, policy.alpha),)
    return planned_looks(policy.margins.error_rate, policy.alpha)


def due_look(evidence: ReleaseEvidence, policy: ReleasePolicy) -> Look | None:
    """The planned look that the newest calls have reached; None before one, and between two.

    With traffic, only at the last weight and after its own minimum. Looks passed at once are taken as one.
    """
    at_end = evidence.at_last_weight and evidence.steps[-1].candidate.calls >= step_calls(policy)
    if policy.strategy != "shadow" and not at_end:
        return None
    calls = _judged(evidence, policy).calls
    reached = [look for look in looks_of(policy) if evidence.looked_at < look.calls <= calls]
    return reached[-1] if reached else None


def next_look(looked_at: int, policy: ReleasePolicy) -> Look | None:
    """The look after the one at these calls; None after the last."""
    return next((look for look in looks_of(policy) if look.calls > looked_at), None)


def harm(evidence: ReleaseEvidence, policy: ReleasePolicy, look: Look | None) -> Check:
    """The candidate's share of failures, held against its margin; passes at the look that is due, and only there."""
    counts, margin = _judged(evidence, policy), policy.margins.error_rate
    alpha = (look or looks_of(policy)[-1]).alpha
    bound = upper_share(counts.failures, counts.calls, alpha)
    estimate = counts.failures / counts.calls if counts.calls else None
    shown = f"{counts.failures} of {counts.calls} calls failed, at most {bound:.2%} with {1 - alpha:.1%} confidence"
    reason = f"{shown}; at most {margin:.2%} is allowed"
    outcome: Outcome = "pass" if look and bound <= margin else "inconclusive"
    return Check("margin of errors", outcome, reason, "share of calls", margin, estimate, bound)


def _judged(evidence: ReleaseEvidence, policy: ReleasePolicy) -> Counts:
    """The candidate's calls that its margin of errors is held against.

    Where nothing but the shadow decides, an answer that cannot be true is a failure: no guardrail of traffic sees it.
    """
    if policy.strategy != "shadow":
        return evidence.candidate
    shadow = evidence.shadow or Shadow()
    return Counts(shadow.pairs, shadow.failures + shadow.invalid)


def needed_requests(planned: Sequence[int], policy: ReleasePolicy) -> int:
    """How many requests the earliest pass takes: each step's minimum, then the rest at the last weight."""
    step, needed = step_calls(policy), minimum_calls(policy)
    before = [math.ceil(step * 100 / weight) for weight in planned[:-1]]
    last = max(step, needed - step * len(before))
    return sum(before) + math.ceil(last * 100 / planned[-1])


def affordable(planned: Sequence[int], policy: ReleasePolicy, calls_of_last_day: int | None) -> Verdict | None:
    """The refusal of a canary that traffic cannot decide before the deadline, with the numbers; None to start.

    Nothing is refused without a history of traffic, nor where the charter holds or asks when nothing was decided.
    """
    if calls_of_last_day is None or policy.inconclusive != "roll_back":
        return None
    needed, days = needed_requests(planned, policy), policy.canary.deadline / timedelta(days=1)
    expected = math.floor(calls_of_last_day * days)
    if expected >= needed:
        return None
    margin, steps = policy.margins.error_rate, ", ".join(f"{weight} %" for weight in planned)
    told = f"a margin of {margin:.2%} takes {minimum_calls(policy)} calls of the candidate, with steps {steps} {needed}"
    reason = f"{told} requests; {expected} are expected before the deadline"
    remedy = (
        "Widen release.margins.error_rate, lengthen release.canary.deadline, or let release.inconclusive hold or ask"
    )
    check = Check("traffic", "invalid", reason, "requests", needed, expected)
    return Verdict("invalid", f"Refused: {reason}. {remedy}.", (check,))
