"""A release as it was answered, and what of it people look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serin.domain.judgement.release_evidence import Counts
from serin.domain.judgement.verdicts import Check
from serin.domain.records import from_record
from serin.domain.release_progress import progress_of
from serin.domain.release_record import Directive, Judged, ReleasePlan, Shift, calls_of_candidate
from serin.domain.releases import Release, ReleaseStep


@dataclass(frozen=True)
class ReleaseSeen:
    """A release with its plan, its shares of the traffic, its steps and judgements, each in order."""

    release: Release
    plan: ReleasePlan | None
    shifts: Sequence[Shift]
    steps: Sequence[ReleaseStep]
    judged: Sequence[Judged]
    wish: Directive | None = None

    @property
    def last(self) -> Judged | None:
        """The newest judgement."""
        return self.judged[-1] if self.judged else None

    @property
    def at(self) -> datetime:
        """The newest moment it tells of, by the stage's clock."""
        seen = [step.at for step in self.steps] + [judged.at for judged in self.judged]
        return max([self.release.at, *seen, *(shift.moved for shift in self.shifts)])

    @property
    def weight(self) -> int:
        """The candidate's share of the calls now, in percent."""
        if not self.release.is_open:
            return 100 if self.release.status == "live" else 0
        return self.shifts[-1].weight if self.shifts else 0

    @property
    def calls(self) -> Counts:
        """What the candidate did beside the live version, in all steps."""
        return calls_of_candidate(self.judged)

    @property
    def is_compared(self) -> bool:
        """Whether evidence decides: there is something to compare it with, and the charter wants that."""
        return self.plan is not None and self.plan.previous is not None and self.plan.policy.strategy != "basic"

    @property
    def way(self) -> list[str]:
        """The parts of its way: the shadow, then its shares of the calls."""
        if self.plan is None or not self.is_compared:
            return ["100 %"]
        return ["shadow", *(f"{weight} %" for weight in self.plan.weights), "100 %"]

    @property
    def is_wish_ahead(self) -> bool:
        """Whether what a person asked last is still to be followed: what the release says of itself is older."""
        if self.wish is None or not self.release.is_open:
            return False
        looked = self.last is not None and self.last.at >= self.wish.at
        reached = {"hold": self.release.status == "held", "resume": looked or self.release.status != "held"}
        return not reached.get(self.wish.wish, False)

    @property
    def sentence(self) -> str:
        """Where it stands, in a sentence."""
        if self.wish is not None and self.is_wish_ahead:
            return f"{self.wish.by} asked it to {self.wish.wish} at {self.wish.at:%H:%M:%S}Z; its next look follows."
        progress = progress_of(self.release, self.plan, self.shifts)
        if self.release.status == "running" and progress.watched_until is not None:
            return f"{progress.sentence[0].upper()}{progress.sentence[1:]}."
        said = self.release.reason or (self.last.sentence if self.last else "Nothing was judged yet.")
        return said if said.endswith(".") else f"{said}."


def release_seen(record: Mapping[str, Any]) -> ReleaseSeen:
    """The release that the API answered with."""
    plan = record.get("plan")
    return ReleaseSeen(
        from_record(Release, record["release"]),
        None if plan is None else from_record(ReleasePlan, plan),
        [from_record(Shift, item) for item in record["shifts"]],
        [from_record(ReleaseStep, item) for item in record["steps"]],
        [from_record(Judged, item) for item in record["judged"]],
        from_record(Directive, record["wish"]) if record.get("wish") else None,
    )


def stake(value: float | None) -> str:
    """What a stake of 1 has become, short enough to compare."""
    if value is None:
        return "-"
    return f"{value:.3g}" if value < 100 else f"{min(value, 1e9):,.0f}"


def saw(check: Check) -> str:
    """The reason without the name before it, for where the name stands already."""
    return check.reason.removeprefix(f"{check.name}: ")


def bets(judged: Judged) -> list[Check]:
    """The guardrails: each a bet against the candidate, with what would reject it alone."""
    return [check for check in judged.checks if check.unit == "e" and check.name != "sample ratio"]


def other_checks(judged: Judged) -> list[Check]:
    """What else was looked at: absolute stops, the split of the traffic, the share of failures."""
    known = bets(judged)
    return [check for check in judged.checks if check not in known]
