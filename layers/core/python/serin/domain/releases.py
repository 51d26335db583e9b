"""Releases: who may change what is live, what was intended, and each step that was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

StepName = Literal["begin", "publish", "golden", "promote", "finish", "abandon"]
STEPS: tuple[StepName, ...] = ("begin", "publish", "golden", "promote", "finish")

# The id of a release's own questions; the gateway never gives it to a caller's, so it can be told from traffic.
GOLDEN_REQUEST = "golden"


@dataclass(frozen=True)
class Release:
    """One attempt to make `version` of `model` live; `previous` is what was live before (None: nothing).

    `epoch` is the lease's fencing number: a step carried by an older epoch changes nothing. `correlation`
    is what it all began with.
    """

    id: str
    model: str
    version: int
    cause: str
    epoch: int
    status: Literal["running", "live", "rolled_back", "failed"]
    at: datetime
    previous: int | None = None
    reason: str | None = None
    correlation: str | None = None


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
    """What the alias should become, and what it was: written before it is touched, so that a stranger can revert."""

    model: str
    release: str
    epoch: int
    function_version: str
    previous: str


@dataclass(frozen=True)
class Live:
    """What is live now."""

    model: str
    version: int
    function_version: str
    release: str
    epoch: int
    at: datetime


def serving_versions(releases: Sequence[Release]) -> tuple[int, ...]:
    """The versions that answer, would again after a rollback, or may soon; `releases` are a model's, oldest first."""
    live = [release for release in releases if release.status == "live"][-1:]
    found = [number for release in live for number in (release.version, release.previous) if number is not None]
    found += [release.version for release in releases if release.status == "running"]
    return tuple(dict.fromkeys(found))
