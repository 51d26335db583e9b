"""Where a release goes next: pure rules over its plan, what was judged, and what people asked of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.release_record import Directive, Judged, Phase, ReleasePlan, Shift

Loop = Literal["shadow", "judge", "bake"]
Next = (
    Loop
    | Literal["publish", "golden", "open", "shift", "promote", "prune", "finish"]
    | Literal["abandon", "continue", "end"]
)

LOOPS: Mapping[Phase, Loop] = {"shadow": "shadow", "canary": "judge", "bake": "bake"}
"""The step that judges a phase, again and again."""
ROUNDS = 1200
"""After so many rounds a new execution goes on: each is about 13 events of an execution's history of 25,000."""
TRUTH_EVERY = 5
"""In which of the rounds it is asked whether the truth about the shadow has come: it takes hours, a round minutes."""
ALL = 100
SHORTEST = timedelta(minutes=1)
LEASE = timedelta(minutes=15)
"""How long a step may take, retries included, before its release counts as dead."""
_SHARE_OF_ELAPSED = 0.02


@dataclass(frozen=True)
class Course:
    """The step after this one, and in how many seconds.

    `continue` goes on in a new execution, with the step `then`. `end`: nothing is left to do here, since the release
    has ended or waits for another. `round` counts the rounds of one execution. `reason` says why it is abandoned.
    `truth`: whether what is true by now is to be looked up first.
    """

    next: Next
    seconds: int = 0
    round: int = 0
    reason: str = ""
    then: Next = "judge"
    truth: bool = False


def basic(policy: ReleasePolicy) -> ReleasePolicy:
    """The same terms, but all traffic at once: how an old version is put back, which waits for nothing."""
    return replace(policy, strategy="basic", bake=timedelta(0))


def planned_weights(policy: ReleasePolicy, calls_of_last_day: int | None) -> tuple[int, ...]:
    """The candidate's shares of traffic, in percent; none where no traffic is split."""
    if policy.strategy != "canary":
        return ()
    return policy.canary.steps_for(None if calls_of_last_day is None else calls_of_last_day / 24)


def compares(plan: ReleasePlan) -> bool:
    """Whether there is another version to compare the candidate with, and the charter asks for it."""
    return plan.policy.strategy != "basic" and plan.previous not in (None, plan.function_version)


def why_nothing_is_compared(plan: ReleasePlan) -> str:
    """The reason, as part of a sentence."""
    if plan.previous is None:
        return "no version was live before"
    if plan.previous == plan.function_version:
        return f"Lambda version {plan.previous} serves already"
    return "its strategy is basic"


def phase_of(shifts: Sequence[Shift]) -> Phase:
    """What is being judged: replays, shares of traffic, or all of it."""
    if not shifts:
        return "shadow"
    return "bake" if shifts[-1].weight == ALL else "canary"


def next_weight(plan: ReleasePlan, shifts: Sequence[Shift], last: Judged | None) -> int | None:
    """The weight that is due; None when the one before is not judged to the end, so that a repeat sets none twice."""
    left = [weight for weight in plan.weights if not shifts or weight > shifts[-1].weight]
    if not left:
        return None
    due = not shifts or (last is not None and last.weight == shifts[-1].weight and last.step_done)
    return left[0] if due else None


def deadline(plan: ReleasePlan, shifts: Sequence[Shift], wish: Directive | None) -> datetime:
    """When the shadow, or all steps together, must be decided; who resumes a release gives it as long again."""
    begun = shifts[0].moved if shifts else plan.began
    span = plan.policy.canary.deadline if shifts else plan.policy.shadow.deadline
    resumed = wish.at if wish is not None and wish.wish == "resume" else begun
    return max(begun, resumed) + span


def no_more_comes(plan: ReleasePlan, shifts: Sequence[Shift], wish: Directive | None, now: datetime) -> bool:
    """Whether the judge is to decide by what there is: the policy `hold` goes on after the deadline.

    The deadline of a shadow that only goes before a canary ends it anyway, since the canary decides.
    """
    if shifts and plan.policy.inconclusive == "hold":
        return False
    if not shifts and plan.policy.strategy == "shadow" and plan.policy.inconclusive == "hold":
        return False
    return now >= deadline(plan, shifts, wish)


def stands(plan: ReleasePlan, last: Judged | None, shifts: Sequence[Shift]) -> bool:
    """Whether the last judgement decides: it is not taken again, since each planned look is taken once."""
    if last is None or last.phase != phase_of(shifts):
        return False
    if last.outcome == "inconclusive":
        return after_judgement(plan, last).next == "abandon"
    return last.outcome in ("fail", "invalid", "pass")


def after_judgement(plan: ReleasePlan, judged: Judged) -> Course:
    """What a judgement leads to, unless somebody holds the release."""
    again = LOOPS[judged.phase]
    if judged.outcome in ("fail", "invalid"):
        return Course("abandon", reason=judged.sentence)
    if judged.phase == "bake":
        return Course(again)
    if judged.outcome == "pass":
        return Course("promote")
    before_canary = judged.phase == "shadow" and bool(plan.weights)
    if judged.outcome == "inconclusive":
        if before_canary:
            return Course("shift")
        roll_back = plan.policy.inconclusive == "roll_back"
        return Course("abandon", reason=judged.sentence) if roll_back else Course(again)
    onward = judged.step_done and (before_canary or judged.phase == "canary")
    return Course("shift") if onward else Course(again)


def longest_wait(policy: ReleasePolicy) -> timedelta:
    """Between two judgements: a thousandth of the deadline, or five minutes."""
    return max(max(policy.canary.deadline, policy.shadow.deadline) / 1000, timedelta(minutes=5))


def wait(policy: ReleasePolicy, elapsed: timedelta) -> int:
    """Seconds until the next judgement of a step that has lasted so long."""
    return round(min(max(elapsed * _SHARE_OF_ELAPSED, SHORTEST), longest_wait(policy)).total_seconds())


def wait_of_bake(policy: ReleasePolicy, elapsed: timedelta) -> int:
    """Seconds until the next look after the promotion: about twenty looks, the last at its end.

    Who is held beyond it is looked at no more often than anybody.
    """
    left = (policy.bake - elapsed).total_seconds()
    if left <= 0:
        return wait(policy, elapsed)
    return math.ceil(min(left, max(policy.bake / 20, SHORTEST).total_seconds(), longest_wait(policy).total_seconds()))


def span_of_lease(policy: ReleasePolicy) -> timedelta:
    """How long a release keeps its lease without a sign of life: over the longest wait, and a step."""
    return LEASE + longest_wait(policy)


def look_again(phase: Phase, seconds: int, round: int) -> Course:
    """The next look at the same phase; in a new execution when this one has had its rounds."""
    if round >= ROUNDS:
        return Course("continue", seconds, then=LOOPS[phase])
    return Course(LOOPS[phase], seconds, round, truth=phase != "bake" and round % TRUTH_EVERY == 0)
