"""What each field of a charter's section `release`, and what callers may expect, changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from serin.domain.explainability import Explained, shortfall
from serin.domain.judgement.guardrails import guardrails
from serin.domain.judgement.looks import affordable, looks_of, minimum_calls
from serin.domain.judgement.release import judge_release
from serin.domain.judgement.release_evidence import ReleaseEvidence, SandboxPair, Shadow
from serin.domain.judgement.release_policy import ReleasePolicy
from tests.unit.domain.charter_proofs import Proof, Read
from tests.unit.files.written_model import RELEASE

_EVIDENCE = ReleaseEvidence(
    planned=(10, 50),
    shadow=Shadow(pairs=400, disagreeing=100),
    sandboxes=[SandboxPair(4, 0)] * 9,
)
_SHADOWED = """\
  strategy: shadow
  alpha: 0.05
  shadow: {pairs: 400, deadline: 12h}
"""


def _policy(look: Callable[[ReleasePolicy], object]) -> Callable[[Read], object]:
    return lambda read: look(read.charter.release.policy)


def _rejects(name: str) -> Callable[[Read], object]:
    """Whether a guardrail has seen enough: a quarter of the answers is different, a fifth of its calls slow."""

    def rejected(policy: ReleasePolicy) -> bool:
        (found,) = [found for found in guardrails(_EVIDENCE, policy) if found.name == name]
        return found.log_e > 0

    return _policy(rejected)


def _begins(of_last_day: int) -> Callable[[Read], object]:
    """Whether a canary begins with so few calls."""
    return _policy(lambda policy: affordable(policy.canary.steps, policy, of_last_day) is None)


def _refuses_what_is_approximate(read: Read) -> bool:
    objectives = read.charter.objectives
    approximate = Explained("saabas", "probability", None, 1000, 0.1, 0.2)
    return shortfall(objectives.explainability, approximate, objectives.latency_p95_ms) is not None


RELEASE_PROOFS: Mapping[str, Proof] = {
    "design.requirements.latency_p95_ms": Proof(
        {"latency_p95_ms: 200": "latency_p95_ms: 50"}, lambda read: read.charter.objectives.latency_p95_ms, 50
    ),
    "design.requirements.error_rate": Proof(
        {"error_rate: 0.005": "error_rate: 0.05"}, lambda read: read.charter.objectives.error_rate, 0.05
    ),
    "design.requirements.explainability": Proof(
        {"latency_p95_ms: 200": "latency_p95_ms: 200\n    explainability: exact"}, _refuses_what_is_approximate, True
    ),
    "release.strategy": Proof({RELEASE: _SHADOWED}, _policy(lambda policy: len(looks_of(policy))), 1),
    "release.alpha": Proof(
        {"\n  alpha: 0.05": "\n  alpha: 0.1"}, _policy(lambda policy: judge_release(_EVIDENCE, policy).enough), 10
    ),
    "release.shadow.pairs": Proof(
        {"pairs: 400": "pairs: 500"}, _policy(lambda policy: judge_release(_EVIDENCE, policy).missing_calls), 100
    ),
    "release.shadow.deadline": Proof(
        {"deadline: 12h": "deadline: 6h"}, _policy(lambda policy: policy.shadow.deadline), timedelta(hours=6)
    ),
    "release.canary.steps": Proof(
        {"steps: [10, 50]": "steps: [5, 20]"}, _policy(lambda policy: policy.canary.steps_for(None)), (5, 20)
    ),
    "release.canary.deadline": Proof({"deadline: 2d": "deadline: 1d"}, _begins(600), shows=False),
    "release.canary.low_traffic.below_per_hour": Proof(
        {"below_per_hour: 200": "below_per_hour: 50"}, _policy(lambda policy: policy.canary.steps_for(100)), (10, 50)
    ),
    "release.canary.low_traffic.steps": Proof(
        {"steps: [25]": "steps: [33]"}, _policy(lambda policy: policy.canary.steps_for(100)), (33,)
    ),
    "release.margins.error_rate": Proof({"{error_rate: 0.02": "{error_rate: 0.1"}, _policy(minimum_calls), 58),
    "release.margins.over_latency": Proof({"over_latency: 0.1": "over_latency: 0.2"}, _rejects("latency"), shows=False),
    "release.margins.disagreement": Proof(
        {"disagreement: 0.2": "disagreement: 0.3"}, _rejects("disagreement"), shows=False
    ),
    "release.inconclusive": Proof({"inconclusive: roll_back": "inconclusive: ask"}, _begins(100), shows=True),
    "release.bake": Proof({"bake: 2h": "bake: 30m"}, _policy(lambda policy: policy.bake), timedelta(minutes=30)),
}
