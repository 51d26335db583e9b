"""The guardrails of a release: one bet each, through all steps, with its weight in the release's error rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from serin.domain.judgement.bets import excess, loss
from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, SandboxPair, Shadow, WarmCalls
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.judgement.sandboxes import MINIMUM_SANDBOXES, slower
from serin.domain.judgement.verdicts import Check

ERRORS, LOSSES, DISAGREEMENT, INVALID_OUTPUTS, LATENCY, TRAFFIC_LATENCY = 0.6, 0.19, 0.01, 0.1, 0.05, 0.05
"""Most on errors: what is taken from them costs requests at every release. They sum to 1, so the weighted sum of the
bets is a bet itself and may be held against 1/alpha once."""
_MOST = 700.0
_NO_DATA = "no data, so it neither stops nor clears the release"


@dataclass(frozen=True)
class Guardrail:
    """One bet against the candidate; `log_e` is the logarithm of what a stake of 1 has become."""

    name: str
    weight: float
    log_e: float
    reason: str
    seen: bool = True

    @property
    def e(self) -> float:
        """What a stake of 1 has become."""
        return math.exp(min(self.log_e, _MOST))

    def check(self, alpha: float) -> Check:
        """`fail` if it would reject the candidate alone; a bet that has not is no proof that all is well."""
        enough = 1 / (alpha * self.weight)
        return Check(self.name, "fail" if self.e >= enough else "inconclusive", self.reason, "e", enough, self.e)


def guardrails(evidence: ReleaseEvidence, policy: ReleasePolicy) -> tuple[Guardrail, ...]:
    """Every guardrail; one without data has e = 1."""
    return (
        _errors(evidence, policy.margins.error_rate),
        *_of_shadow(evidence.shadow or Shadow(), policy),
        _split("invalid outputs", INVALID_OUTPUTS, evidence, lambda counts: counts.invalid, "invalid answers"),
        *_latency(evidence, policy.margins.over_latency),
    )


def against(measured: Sequence[Guardrail]) -> float:
    """The evidence against the candidate over all guardrails: at least 1/alpha rejects it."""
    return math.fsum(guardrail.weight * guardrail.e for guardrail in measured)


def _errors(evidence: ReleaseEvidence, margin: float) -> Guardrail:
    """Failures; while the candidate's own share is within its margin they speak for no rollback, however sure.

    Holding a bet down only makes rollbacks fewer.
    """
    found, counts = _split("errors", ERRORS, evidence, lambda of: of.failures, "failures"), evidence.candidate
    acceptable = counts.failures <= margin * counts.calls
    return replace(found, log_e=min(found.log_e, 0.0)) if acceptable else found


def _split(name: str, weight: float, evidence: ReleaseEvidence, of: Callable[[Counts], int], what: str) -> Guardrail:
    """Whether more of what both versions do fell on the candidate than its weight explains; steps multiply."""
    if not any(step.candidate.calls + step.live.calls for step in evidence.steps):
        return Guardrail(name, weight, 0.0, f"{name}: {_NO_DATA}", seen=False)
    log_e, parts = 0.0, []
    for step in evidence.steps:
        hits = of(step.candidate)
        trials = hits + of(step.live)
        if not trials:
            continue
        log_e += excess(hits, trials, step.weight / 100)
        parts.append(f"{hits} of {trials} {what} at weight {step.weight} %")
    said = f"the candidate had {', '.join(parts)}" if parts else f"no {what} of either version"
    return Guardrail(name, weight, log_e, f"{name}: {said}")


def _of_shadow(shadow: Shadow, policy: ReleasePolicy) -> Iterator[Guardrail]:
    pairs, worse = sum(shadow.losses.values()), shadow.judged_by
    if pairs:
        margin = policy.margins.value_per_1000 / 1000 if shadow.judged_by == "value" else 0.0
        mean = math.fsum(by * count for by, count in shadow.losses.items()) / pairs
        told = f"{worse}: the candidate loses {mean:.3g} a pair over {pairs} pairs with truth, {margin:g} is allowed"
        seen = f"{told}; a loss of about {_detectable(shadow, pairs, margin, policy.alpha):.2g} could have been seen"
        yield Guardrail(worse, LOSSES, loss(shadow.losses, shadow.largest, margin), seen)
    else:
        yield Guardrail(worse, LOSSES, 0.0, f"{worse}: {_NO_DATA}", seen=False)
    if shadow.pairs:
        share, most = shadow.disagreeing / shadow.pairs, policy.margins.disagreement
        told = f"disagreement: {share:.1%} of {shadow.pairs} pairs, {most:.1%} is allowed"
        yield Guardrail("disagreement", DISAGREEMENT, excess(shadow.disagreeing, shadow.pairs, most), told)
    else:
        yield Guardrail("disagreement", DISAGREEMENT, 0.0, f"disagreement: {_NO_DATA}", seen=False)


def _detectable(shadow: Shadow, pairs: int, margin: float, alpha: float) -> float:
    """The mean loss that about half of such samples would reject.

    A bet on n differences of mean m and second moment s grows to about exp(n·m²/2s), less a factor of √n for the
    stakes that did not fit.
    """
    second = math.fsum(count * (by - margin) ** 2 for by, count in shadow.losses.items()) / pairs
    needed = math.log(1 / (alpha * LOSSES)) + math.log(pairs) / 2
    return margin + math.sqrt(2 * second * needed / pairs)


def _latency(evidence: ReleaseEvidence, margin: float) -> Iterator[Guardrail]:
    """Two bets: on all sandboxes there were, each once, and on what callers had of them.

    A model that is slow in traffic alone would have to outweigh in the first how quick its shadow was. The same
    sandboxes may be in both, so the bets are not multiplied.
    """
    different = [pair for pair in evidence.sandboxes if not pair.again]
    yield _slower("latency", LATENCY, different, margin)
    of_callers = _slower(
        "latency in traffic",
        TRAFFIC_LATENCY,
        [pair for pair in evidence.sandboxes if pair.asked_by == "callers"],
        margin,
    )
    yield of_callers if of_callers.seen else replace(of_callers, reason=of_callers.reason + _warm(evidence.warm))


def _slower(name: str, weight: float, pairs: Sequence[SandboxPair], margin: float) -> Guardrail:
    if len(pairs) < MINIMUM_SANDBOXES:
        told = f"{name}: {len(pairs)} pairs of sandboxes, {MINIMUM_SANDBOXES} are needed; it stops nothing"
        return Guardrail(name, weight, 0.0, told, seen=False)
    by = math.fsum(pair.slower_by for pair in pairs) / len(pairs)
    told = f"{name}: {by:+.1%} slow calls over {len(pairs)} pairs of sandboxes, {margin:+.1%} is allowed"
    return Guardrail(name, weight, slower(pairs, margin), told)


def _warm(warm: WarmCalls) -> str:
    """What a person may see where the bet sees nothing: calls of one sandbox are alike, so it is no test."""
    if not (warm.candidate and warm.live):
        return ""
    own, live = (
        f"{over / calls:.1%} of {calls} warm calls"
        for over, calls in ((warm.candidate_over, warm.candidate), (warm.live_over, warm.live))
    )
    return f" (slow were {own} of the candidate, {live} of the live version)"
