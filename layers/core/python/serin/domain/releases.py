"""Releases: who may change what is live, what was intended, and each step that was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

StepName = Literal["park", "begin", "publish", "golden", "open", "promote", "finish", "abandon"]
STEPS: tuple[StepName, ...] = ("begin", "publish", "golden", "open", "promote", "finish")
"""What a release remembers of the way it always takes; weights and judgements have records of their own."""

ReleaseStatus = Literal["waiting", "running", "held", "live", "rolled_back", "failed"]
"""`waiting`: parked behind another. `held`: not decided, its weight stays until somebody or more evidence decides."""
OPEN: tuple[ReleaseStatus, ...] = ("waiting", "running", "held")

ABORTED_BY = "Aborted by "
"""How the reason of a release begins that a person has taken back; its owner's name follows."""

DEPLOYED = "deployed"
"""The cause of a release that gives what is live the code of a deploy."""


@dataclass(frozen=True)
class Release:
    """One attempt to make `version` of `model` live; `previous` is what was live before (None: nothing).

    `epoch` is the lease's fencing number: a step carried by an older epoch changes nothing. `correlation`
    is what it all began with. `announced`: whether the bus has the event of its end; None before it has one. `ended` is
    when that was, None of releases that are older than its keeping.
    """

    id: str
    model: str
    version: int
    cause: str
    epoch: int
    status: ReleaseStatus
    at: datetime
    previous: int | None = None
    reason: str | None = None
    correlation: str | None = None
    announced: bool | None = None
    ended: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status in OPEN

    @property
    def end(self) -> str:
        """How and when it ended: of two who end it alike, the first one's moment holds."""
        return self.status if self.ended is None else f"{self.status} at {self.ended.isoformat()}"


@dataclass(frozen=True)
class ReleaseStep:
    """A step that was taken, and what it found."""

    release: str
    name: StepName
    at: datetime
    found: str


@dataclass(frozen=True)
class Lease:
    """The right to change one model's live version until `until`; `epoch` grows with every holder."""

    model: str
    holder: str
    epoch: int
    until: datetime


@dataclass(frozen=True)
class Intent:
    """What the alias should become, and what it was: written before it is touched, so that a stranger can revert.

    All calls go to `function_version` but `weight` percent of them, which go to `candidate`. `previous` served before
    the release. `at` is the moment it was first meant.
    """

    model: str
    release: str
    epoch: int
    function_version: str
    previous: str
    candidate: str | None = None
    weight: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Parked:
    """A release that waits until the model's lease is free; `attempt` grows each time it is parked or started again.

    `started` is when its turn came last; it waits on until it has the lease.
    """

    model: str
    release: str
    version: int
    cause: str
    at: datetime
    correlation: str
    attempt: int = 1
    started: datetime | None = None


@dataclass(frozen=True)
class Live:
    """What is live now."""

    model: str
    version: int
    function_version: str
    release: str
    epoch: int
    at: datetime


def next_lease(
    model: str,
    holder: str,
    held: Lease | None,
    now: datetime,
    span: timedelta,
    fresh: bool,
    epoch: int | None = None,
) -> Lease | None:
    """The lease that `holder` gets where `held` is the last one; None while somebody else's holds.

    The holder of the last one keeps its epoch though it ran out, since nobody came in between, unless it asks for a
    fresh one. With an `epoch` it gets its own lease of that epoch, or none.
    """
    if epoch is not None and (held is None or (held.holder, held.epoch) != (holder, epoch)):
        return None
    if held and held.holder == holder and not fresh:
        return Lease(model, holder, held.epoch, max(held.until, now + span))
    if held and held.until > now and held.holder != holder:
        return None
    return Lease(model, holder, held.epoch + 1 if held else 1, now + span)


def in_turn(parked: Sequence[Parked]) -> Sequence[Parked]:
    """Who is started first: whoever puts an old version back, then whoever came first."""
    return sorted(parked, key=lambda item: (item.cause != "rollback", item.at, item.release))


def serving_versions(releases: Sequence[Release]) -> tuple[int, ...]:
    """The versions that answer, would again after a rollback, or may soon; `releases` are a model's, oldest first."""
    live = [release for release in releases if release.status == "live"][-1:]
    numbers = [number for release in live for number in (release.version, release.previous) if number is not None]
    numbers += [release.version for release in releases if release.is_open]
    return tuple(dict.fromkeys(numbers))
