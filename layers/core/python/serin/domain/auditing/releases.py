"""Entries about releases: how each began, every step, share of the calls and judgement, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from serin.domain.auditing.entry import Entry, What, entry_id
from serin.domain.records import record_digest
from serin.domain.release_record import Judged, Shift
from serin.domain.releases import Release, ReleaseStep


def release_entries(release: Release) -> tuple[Entry, ...]:
    """The beginning of a release, as it first asks for its lease, or its end; none in between.

    That the bus was told of the end is no effect of its own.
    """
    if release.is_open:
        return (_began(release),) if release.status == "waiting" else ()
    return () if release.announced else (_ended(release),)


def _began(release: Release) -> Entry:
    return Entry(
        entry_id("release began", release.model, release.id),
        release.at,
        "releases",
        release.model,
        "release began",
        f"release {release.id}",
        f"version {release.version}, its cause: {release.cause}",
        correlation=release.correlation,
    )


def _ended(release: Release) -> Entry:
    return Entry(
        entry_id("release ended", release.model, release.id),
        release.ended or release.at,
        "releases",
        release.model,
        "release ended",
        f"release {release.id}",
        f"version {release.version}: {release.status}",
        correlation=release.correlation,
        digest=record_digest(replace(release, announced=None)),
    )


def step_taken(model: str, step: ReleaseStep) -> Entry:
    """A step that every release takes. Why one was abandoned is said by its record."""
    said = step.name if step.name == "abandon" else f"{step.name}: {step.found}"
    return _within(model, step.release, step.at, "step taken", step.name, said, record_digest(step))


def calls_moved(model: str, shift: Shift) -> Entry:
    """The alias gave the candidate another share of the calls."""
    said = f"{shift.weight} % of the calls"
    return _within(model, shift.release, shift.moved, "calls moved", str(shift.weight), said, record_digest(shift))


def release_judged(model: str, judged: Judged) -> Entry:
    """A judgement, with its sentence."""
    said, number = f"{judged.phase}, {judged.outcome}: {judged.sentence}", str(judged.number)
    return _within(model, judged.release, judged.at, "release judged", number, said, record_digest(judged))


def _within(model: str, release: str, at: datetime, what: What, name: str, said: str, shown: str) -> Entry:
    about = f"release {release}"
    return Entry(entry_id(what, model, release, name), at, "releases", model, what, about, said, digest=shown)
