"""What a running release has shown, as its judge reads it: counts that only grow, read again at every judgement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from serin.domain.plain_numbers import how_many

SANDBOX_CALLS = 20
"""How many of a sandbox's warm calls are one observation of its latency; later ones are not looked at."""


@dataclass(frozen=True)
class Counts:
    """First attempts that one version answered at one weight.

    A repeat with the same `Idempotency-Key` is no new call: repeats draw their version again. `failures` are errors,
    time-outs and deaths, from Lambda's platform report and `Errors` by executed version; `invalid` are answers that
    came and cannot be true (no number, no probability).
    """

    calls: int = 0
    failures: int = 0
    invalid: int = 0

    def __post_init__(self) -> None:
        if min(self.failures, self.invalid) < 0 or self.failures + self.invalid > self.calls:
            found = f"{self.failures} failures and {self.invalid} invalid answers of {how_many(self.calls, 'call')}"
            raise ValueError(f"counts do not fit each other, found {found}")


def total(counts: Collection[Counts]) -> Counts:
    """What all of them come to."""
    return Counts(
        sum(one.calls for one in counts), sum(one.failures for one in counts), sum(one.invalid for one in counts)
    )


@dataclass(frozen=True)
class StepEvidence:
    """What both versions did while the alias gave the candidate `weight` percent of the calls."""

    weight: int
    candidate: Counts = Counts()
    live: Counts = Counts()

    def __post_init__(self) -> None:
        if not 0 < self.weight < 100:
            raise ValueError(f"a weight between 0 and 100 percent is needed, found {self.weight}")


@dataclass(frozen=True)
class Shadow:
    """Logged requests that the live version answered and the candidate was asked too.

    `failures` of the pairs the candidate did not answer; `disagreeing` have another label or decision. `invalid` were
    answered by it with what cannot be true, which disagrees with what can. `losses` are
    difference → pairs where truth has matured for both, positive where the candidate is worse, in value per prediction
    or in quality; `largest` is the largest difference there can be.
    """

    pairs: int = 0
    failures: int = 0
    disagreeing: int = 0
    losses: Mapping[float, int] = field(default_factory=dict)
    largest: float = 1.0
    judged_by: Literal["value", "quality"] = "quality"
    invalid: int = 0

    def __post_init__(self) -> None:
        other = max(self.disagreeing, self.invalid)
        if min(self.failures, self.disagreeing, self.invalid) < 0 or self.failures + other > self.pairs:
            found = f"{self.failures} failures and {self.disagreeing} other answers of {self.pairs} pairs"
            raise ValueError(f"counts do not fit each other, found {found}")


@dataclass(frozen=True)
class SandboxPair:
    """An execution environment of each version: how many of its `SANDBOX_CALLS` warm calls were over the limit.

    The limit is the charter's; durations are those that Lambda reports, by log stream; cold starts do not count. The
    calls of both are of the same time: `asked_by` the shadow, or by callers. `again`: callers asked, and the shadow had
    asked one of the two before.
    """

    candidate: int
    live: int
    asked_by: Literal["shadow", "callers"] = "shadow"
    again: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.candidate <= SANDBOX_CALLS and 0 <= self.live <= SANDBOX_CALLS):
            raise ValueError(f"{self.candidate} and {self.live} of {SANDBOX_CALLS} calls cannot be over")

    @property
    def slower_by(self) -> float:
        """How much larger the candidate's share of slow calls is."""
        return (self.candidate - self.live) / SANDBOX_CALLS


@dataclass(frozen=True)
class WarmCalls:
    """The warm calls of callers that each version answered, and how many were over the limit, in any sandbox."""

    candidate: int = 0
    candidate_over: int = 0
    live: int = 0
    live_over: int = 0


@dataclass(frozen=True)
class Stops:
    """What stops a release at once, and a fault that both versions share cannot cause.

    `longest_run` is the most calls of the candidate that failed one after the other at the present weight (of replays,
    before traffic) while no live call failed in between. `init_failure` is what the candidate said when it could not
    start. `throttled`: throttling began with the release. `alarms` were OK at its start, fire now, and name the
    candidate's version.
    """

    longest_run: int = 0
    init_failure: str | None = None
    throttled: bool = False
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseEvidence:
    """All steps of a release so far.

    `planned` are its weights, none with the strategy `shadow`; `steps` those reached, the last one running, none while
    the shadow runs. `sandboxes` are in the order in which both had had their calls. `looked_at` is the one of the
    verdict before this, 0 if there was none, since a planned look is taken once. `deadline_passed`: no more will come.
    """

    planned: tuple[int, ...]
    steps: Sequence[StepEvidence] = ()
    shadow: Shadow | None = None
    sandboxes: Sequence[SandboxPair] = ()
    warm: WarmCalls = WarmCalls()
    stops: Stops = Stops()
    looked_at: int = 0
    deadline_passed: bool = False

    def __post_init__(self) -> None:
        weights = tuple(step.weight for step in self.steps)
        if weights != self.planned[: len(weights)]:
            raise ValueError(f"the steps must follow the plan {self.planned}, found {weights}")

    @property
    def candidate(self) -> Counts:
        """The candidate's calls of all steps."""
        return total([step.candidate for step in self.steps])

    @property
    def at_last_weight(self) -> bool:
        """Whether the last step is running."""
        return bool(self.planned) and len(self.steps) == len(self.planned)
