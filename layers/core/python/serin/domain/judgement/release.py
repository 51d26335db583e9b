"""The judge of a release: whether a candidate goes on, becomes live, or is taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from serin.domain.judgement.guardrails import Guardrail, against, guardrails
from serin.domain.judgement.looks import due_look, harm, next_look, step_calls
from serin.domain.judgement.release_evidence import ReleaseEvidence
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.judgement.stops import sample_ratio, stops
from serin.domain.judgement.verdicts import Check, Outcome

ReleaseOutcome = Literal["continue", "not_compared"] | Outcome
"""`continue`: too early to say, more calls will come. `pass`: promote. `fail`: roll back. `inconclusive`: nothing more
will come that could decide; the charter says what then. `invalid`: the traffic is no evidence; never a promotion.
`not_compared`: there was nothing to compare with, as before a first version; the golden rows decided."""
_HEADS = {
    "continue": "Goes on",
    "pass": "Passed",
    "fail": "Failed",
    "inconclusive": "Undecided",
    "invalid": "No evidence",
}


@dataclass(frozen=True)
class ReleaseVerdict:
    """The judge's answer, its numbers and one sentence.

    `against` is the weighted sum of the guardrails' bets, which rejects from `enough` on. `step_done`: with `continue`,
    the next weight may be set. `missing_calls` of the candidate (pairs, while the shadow runs) are needed for the next
    decision; None with other outcomes. `looked_at`, the last planned look that was taken, belongs in the next evidence.
    A check's `estimate` is in its unit: e for bets.
    """

    outcome: ReleaseOutcome
    sentence: str
    checks: tuple[Check, ...]
    against: float
    enough: float
    step_done: bool = False
    missing_calls: int | None = None
    looked_at: int = 0


def judge_release(evidence: ReleaseEvidence, policy: ReleasePolicy) -> ReleaseVerdict:
    """The verdict on a release so far; it may be asked at any time, as often as one likes.

    Fails at an absolute stop, or when the guardrails' bets together reach 1/alpha: of candidates that are no worse, at
    most alpha ever do. Passes at the last weight, at planned looks, by an exact bound on the share of failures: of
    candidates that fail as often as the margin, at most alpha do. Value, quality and latency may fail a release and
    are not asked for a pass. With the strategy `shadow` it passes by the same bound on its last planned pair.
    """
    measured = guardrails(evidence, policy)
    told = tuple(stops(evidence)), sample_ratio(evidence)
    look = due_look(evidence, policy)
    bound = harm(evidence, policy, look)
    checks = (*told[0], told[1], *(guardrail.check(policy.alpha) for guardrail in measured), bound)
    taken = look.calls if look else evidence.looked_at
    verdict = ReleaseVerdict("continue", "", checks, against(measured), 1 / policy.alpha, looked_at=taken)
    if told[0]:
        return _said(verdict, "fail", "; ".join(stop.reason for stop in told[0]))
    if told[1].outcome == "invalid":
        return _said(verdict, "invalid", told[1].reason)
    if verdict.against >= verdict.enough:
        return _said(verdict, "fail", _strongest(measured))
    if bound.outcome == "pass":
        return _said(verdict, "pass", "; ".join([bound.reason, *_unseen(measured)]))
    return _open(verdict, evidence, policy)


def _open(verdict: ReleaseVerdict, evidence: ReleaseEvidence, policy: ReleasePolicy) -> ReleaseVerdict:
    """What an undecided release comes to: goes on, or has no way left to be decided."""
    missing = _missing(evidence, policy, verdict.looked_at)
    what = "call of the candidate" if evidence.steps else "pair of the shadow"
    what = what if missing == 1 else what.replace(" of", "s of", 1)
    if evidence.deadline_passed:
        short = f", {missing} {what} short of the next decision" if missing else ""
        return _said(verdict, "inconclusive", f"the deadline has passed{short}")
    if missing is None:
        return _said(verdict, "inconclusive", f"the last planned look is over: {verdict.checks[-1].reason}")
    if not missing:
        return replace(_said(verdict, "continue", "nothing speaks against the next step"), step_done=True)
    return replace(_said(verdict, "continue", f"not enough evidence: {missing} more {what}"), missing_calls=missing)


def _missing(evidence: ReleaseEvidence, policy: ReleasePolicy, looked_at: int) -> int | None:
    """Until the step ends, or until the next look where there is no next step; None after the last look."""
    if not evidence.steps:
        pairs = evidence.shadow.pairs if evidence.shadow else 0
        over = policy.strategy == "shadow" and looked_at >= policy.shadow.pairs
        return None if over else max(policy.shadow.pairs - pairs, 0)
    of_step = max(step_calls(policy) - evidence.steps[-1].candidate.calls, 0)
    if not evidence.at_last_weight:
        return of_step
    look = next_look(looked_at, policy)
    return None if look is None else max(of_step, look.calls - evidence.candidate.calls)


def _strongest(measured: tuple[Guardrail, ...]) -> str:
    """The guardrail that weighs most, by what it saw."""
    return max(measured, key=lambda guardrail: guardrail.weight * guardrail.e).reason


def _unseen(measured: tuple[Guardrail, ...]) -> list[str]:
    """What was not looked at, and what quality or value could have shown."""
    return [guardrail.reason for guardrail in measured if not guardrail.seen or guardrail.name in {"quality", "value"}]


def _said(verdict: ReleaseVerdict, outcome: ReleaseOutcome, because: str) -> ReleaseVerdict:
    return replace(verdict, outcome=outcome, sentence=f"{_HEADS[outcome]}: {because}.")
