"""What the live alias shows, held against what the last release meant it to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serin.domain.release_course import ALL
from serin.domain.release_record import ReleasePlan, Shift
from serin.domain.releases import Intent, Live

BOOTSTRAP = "1"
"""The function version that comes with an endpoint's stack, which answers that nothing is released."""


@dataclass(frozen=True)
class Split:
    """All calls go to `function_version` but `weight` percent of them, which go to `candidate`."""

    function_version: str
    candidate: str | None = None
    weight: float = 0


def split_of(function_version: str, weights: Mapping[str, float]) -> Split:
    """An alias as Lambda tells it: shares from 0 to 1 of at most one other version."""
    shares = [(version, round(share * 100, 6)) for version, share in weights.items() if share]
    return Split(function_version, *shares[0]) if shares else Split(function_version)


def meant(intent: Intent) -> Split:
    """What an intent wants of the alias."""
    return Split(intent.function_version, intent.candidate, intent.weight) if intent.weight else _all(intent)


def settled(intent: Intent, live: Live | None) -> Split:
    """What the alias should be once the release of the last intent runs no more."""
    finished = live is not None and live.release == intent.release
    return Split(intent.function_version if finished else intent.previous)


def left_by(intent: Intent, now: Split) -> bool:
    """Whether a release that ended early may have left the alias so: its candidate whole, or beside what served before.

    The other way round, what served before beside its candidate, is no release's doing.
    """
    own = {intent.function_version, intent.candidate} - {None}
    if now.candidate is None:
        return now.function_version in own | {intent.previous}
    return now.function_version == intent.previous and now.candidate in own


def after_shifts(plan: ReleasePlan, shifts: Sequence[Shift], previous: str) -> Split:
    """What the alias is after the weights a release has set; `previous` served before it."""
    if not shifts:
        return Split(previous)
    weight = shifts[-1].weight
    if weight == ALL:
        return Split(plan.function_version)
    return Split(previous, plan.function_version, weight)


def _all(intent: Intent) -> Split:
    return Split(intent.function_version)
