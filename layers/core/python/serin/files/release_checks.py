"""What must hold of a charter's section `release`: that every line changes something, and that traffic can decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from serin.domain.judgement.looks import minimum_calls, needed_requests
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.judgement.shares import fewest_calls
from serin.files.durations import written
from serin.files.faults import FieldPath, Finding
from serin.files.release_schema import release_policy
from serin.files.subjects import Check, Subject, check

MOST_PER_SECOND = 1_000
"""As many calls at once as AWS lets an account's functions have, unless it is asked for more."""
_A_STEP = timedelta(minutes=5)
_BY_EVIDENCE = ("alpha", "shadow", "canary", "inconclusive", "bake")
_OF_VALUE = {"value_per_1000"}


@check("release")
def _unused(subject: Subject) -> Iterator[Finding]:
    section = subject.charter.release
    unused: list[FieldPath] = []
    if section.strategy == "basic":
        unused += [("release", name) for name in _BY_EVIDENCE if name in section.model_fields_set]
        unused += [("release", "margins", name) for name in sorted(section.margins.model_fields_set - _OF_VALUE)]
        remedy = "Remove the line, or write strategy: shadow or canary, which judge by evidence."
    elif section.strategy == "shadow":
        unused += [("release", "canary")] if "canary" in section.model_fields_set else []
        remedy = "Remove the line, or write strategy: canary, which shadows first."
    for path in unused:
        yield Finding(path, f"a line that changes nothing with strategy {section.strategy}", remedy)


@check("release")
def _enough_pairs(subject: Subject) -> Iterator[Finding]:
    policy = release_policy(subject.charter.release)
    if policy.strategy != "shadow":
        return
    needed = fewest_calls(policy.margins.error_rate, policy.alpha, 0)
    if policy.shadow.pairs < needed:
        found = f"{policy.shadow.pairs}, and without one failure it takes {needed} pairs to show a share of failures of"
        remedy = f"Write at least {needed}, or widen release.margins.error_rate."
        yield Finding(("release", "shadow", "pairs"), f"{found} {policy.margins.error_rate:.4g} at most", remedy)


@check("release")
def _enough_traffic(subject: Subject) -> Iterator[Finding]:
    policy = release_policy(subject.charter.release)
    if policy.strategy != "canary":
        return
    steps, low = policy.canary.steps, policy.canary.low_traffic.steps
    yield from _never_shown(policy, steps)
    for weights, path in ((steps, ("steps",)), (low, ("low_traffic", "steps"))):
        if policy.canary.deadline < len(weights) * _A_STEP:
            found = f"{len(weights)} steps in {written(policy.canary.deadline)}"
            remedy = f"A step takes {written(_A_STEP)} at least: lengthen release.canary.deadline, or take fewer steps."
            yield Finding(("release", "canary", *path), found, remedy)


def _never_shown(policy: ReleasePolicy, weights: tuple[int, ...]) -> Iterator[Finding]:
    """A margin so small that the largest traffic would not show it before the deadline."""
    needed = needed_requests(weights, policy)
    per_second = needed / policy.canary.deadline.total_seconds()
    if per_second > MOST_PER_SECOND:
        found = (
            f"{policy.margins.error_rate:g}, which takes {minimum_calls(policy):,} calls of the candidate to show: "
            f"{needed:,} requests in {written(policy.canary.deadline)}, {per_second:,.0f} a second"
        )
        remedy = "Widen it, or lengthen release.canary.deadline; so small a share is an alarm's business."
        yield Finding(("release", "margins", "error_rate"), found, remedy)


@check("design", "release")
def _value(subject: Subject) -> Iterator[Finding]:
    margins, value = subject.charter.release.margins, subject.charter.design.value
    path: FieldPath = ("release", "margins", "value_per_1000")
    if "value_per_1000" not in margins.model_fields_set:
        return
    if value is None:
        found = "a margin of value, and no design.value says what decisions bring"
        yield Finding(path, found, "Add design.value, or remove the line.")
        return
    most = 1000 * max(value.matrix.tp - value.matrix.fn, value.matrix.tn - value.matrix.fp)
    if 0 < most <= margins.value_per_1000:
        found = f"{margins.value_per_1000:g}, and no candidate can lose more than {most:g}"
        yield Finding(path, found, "Write the value of 1,000 predictions that a candidate may lose.")


RELEASE_CHECKS: tuple[Check, ...] = (_unused, _enough_pairs, _enough_traffic, _value)
