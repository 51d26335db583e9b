"""How far a release that has not ended has come, in numbers and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from serin.domain.release_course import ALL
from serin.domain.release_record import ReleasePlan, Shift
from serin.domain.releases import Release


@dataclass(frozen=True)
class Progress:
    """A release under way: the candidate's share of the calls in percent, and until when it is watched with all."""

    release: str
    version: int
    previous: int | None
    weight: int
    watched_until: datetime | None = None

    @property
    def sentence(self) -> str:
        """Where it stands, for people."""
        before = "nothing" if self.previous is None else f"version {self.previous}"
        if self.watched_until is not None:
            until = f"{self.watched_until:%Y-%m-%d %H:%M}Z"
            return (
                f"version {self.version} has all callers and is watched until {until} (bake); until then {before} "
                "counts as live, and is what all calls go back to"
            )
        share = f" with {self.weight} % of the calls" if self.weight else ""
        return f"version {self.version} is being released{share}; live is {before}"


def progress_of(release: Release, plan: ReleasePlan | None, shifts: Sequence[Shift]) -> Progress:
    """Where an open release stands by its plan and the shares it had."""
    weight = shifts[-1].weight if shifts else 0
    bakes = weight == ALL and plan is not None and plan.previous is not None and bool(plan.policy.bake)
    until = shifts[-1].moved + plan.policy.bake if bakes and plan is not None else None
    return Progress(release.id, release.version, release.previous, weight, until)
