"""Which function versions stay: what answers, what a rollback needs, what is being released."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from serin.domain.models import Published
from serin.domain.release_record import ReleasePlan

KEPT_PLANS = 3
"""So many of the last releases that went live can be gone back to without publishing anew."""


def prunable(numbers: Sequence[str], kept: Iterable[str | None]) -> tuple[str, ...]:
    """The function versions that go, of those there are, oldest first.

    The first one there ever was belongs to the stack: it says that no model is released yet.
    """
    staying = set(kept)
    return tuple(number for number in numbers[1:] if number not in staying)


def kept_versions(now: ReleasePlan, others: Sequence[ReleasePlan]) -> set[str | None]:
    """The candidate of this release and what it would go back to, and the candidates of the others."""
    return {now.function_version, now.previous, *(plan.function_version for plan in others)}


def kept_layers(published: Iterable[Published], kept: set[str | None]) -> set[str]:
    """The layers that function versions which stay were published with."""
    return {one.layer_arn for one in published if one.function_version in kept}
