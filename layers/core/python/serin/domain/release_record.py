"""What is remembered of a release by evidence: its plan, each weight it had, each judgement, what people asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.judgement.release import ReleaseOutcome
from serin.domain.judgement.release_evidence import Counts, total
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.judgement.verdicts import Check

Phase = Literal["shadow", "canary", "bake"]
Wish = Literal["hold", "resume", "abort"]
NOTHING = Counts()
ON_THEIR_WAY = timedelta(seconds=60)
"""What calls of the last minute have logged may not be there yet; they are left for the next judgement."""


@dataclass(frozen=True)
class ReleasePlan:
    """What a release goes by, fixed when it begins, so that a deploy meanwhile changes nothing.

    `function_version` is the candidate's, `previous` the one that serves (None: nothing is released yet). `weights` are
    the candidate's shares in percent. `latency_ms` is the charter's `latency_p95_ms`. Truth counts after
    `learnt_until`. `alarms` did not say OK when it began; `throttles` are those of the hour before.
    """

    model: str
    release: str
    version: int
    function_version: str
    previous: str | None
    policy: ReleasePolicy
    weights: tuple[int, ...]
    latency_ms: float
    began: datetime
    learnt_until: datetime | None = None
    alarms: tuple[str, ...] = ()
    throttles: int = 0


@dataclass(frozen=True)
class Shift:
    """The alias gave the candidate `weight` percent: intended at `began`, done at `moved`. 100 is the promotion."""

    release: str
    weight: int
    began: datetime
    moved: datetime


@dataclass(frozen=True)
class Judged:
    """One judgement, with the numbers it was made of; `number` counts from 1.

    `candidate` and `live` are the calls of the step that runs.
    """

    release: str
    number: int
    at: datetime
    phase: Phase
    weight: int
    outcome: ReleaseOutcome
    sentence: str
    checks: tuple[Check, ...]
    against: float
    enough: float
    step_done: bool = False
    missing_calls: int | None = None
    looked_at: int = 0
    candidate: Counts = NOTHING
    live: Counts = NOTHING

    @property
    def counted_until(self) -> datetime:
        """Calls from then on are in none of its numbers, as they may not be logged yet."""
        return self.at - ON_THEIR_WAY


def calls_of_candidate(judged: Sequence[Judged]) -> Counts:
    """What the candidate did beside the live version: the newest counts of each weight, together."""
    return total({look.weight: look.candidate for look in judged if look.phase == "canary"}.values())


@dataclass(frozen=True)
class Directive:
    """What a person asked of a running release, last."""

    model: str
    release: str
    wish: Wish
    by: str
    at: datetime
