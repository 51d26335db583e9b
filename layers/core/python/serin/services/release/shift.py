"""The next share of traffic for the candidate, and at the end all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from serin.domain.errors import Conflict
from serin.domain.release_course import ALL, LOOPS, Course, compares, next_weight, phase_of, wait, wait_of_bake
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.domain.releases import DEPLOYED, Release
from serin.services.release.asking import asks, question_about
from serin.services.release.context import ReleaseContext
from serin.services.release.move import CHANGED, move
from serin.services.withdraw_version import refuse_withdrawn


def shift(context: ReleaseContext) -> Course:
    """Set the weight that is due; nothing where the one before was not judged to its end."""
    release = context.running()
    if release is None:
        return Course("end")
    plan, shifts = context.plan(), context.catalog.shifts(context.model, context.id)
    weight = next_weight(plan, shifts, context.catalog.last_judged(context.model, context.id))
    if weight is None:
        return Course("judge", wait(plan.policy, timedelta(0)))
    if not move(context, release, plan, weight):
        return _frozen(context, release, plan, shifts)
    context.tell("step", release, f"Version {release.version} has {weight} % of the traffic.")
    return Course("judge", wait(plan.policy, timedelta(0)))


def promote(context: ReleaseContext) -> Course:
    """Send all traffic to the candidate, which has passed, or has nothing to be compared with."""
    release = context.running()
    if release is None:
        return Course("end")
    plan, shifts = context.plan(), context.catalog.shifts(context.model, context.id)
    last = context.catalog.last_judged(context.model, context.id)
    promoted = phase_of(shifts) == "bake"
    if compares(plan) and not promoted and not _may_go_live(context, release, plan, last):
        raise Conflict(f"Release {context.id} has not passed.", "Judge it first.")
    if not promoted and release.cause != DEPLOYED:
        refuse_withdrawn(context.model, release.version, catalog=context.catalog)
    if not move(context, release, plan, ALL):
        return _frozen(context, release, plan, shifts)
    context.note("promote", f"alias live: {plan.previous or 'nothing'} → {plan.function_version}")
    if plan.previous is None or not plan.policy.bake:
        return Course("prune")
    return Course("bake", wait_of_bake(plan.policy, timedelta(0)))


def _may_go_live(context: ReleaseContext, release: Release, plan: ReleasePlan, last: Judged | None) -> bool:
    """Whether evidence has passed it, or people have, of that very evidence."""
    if last is None or last.outcome == "pass":
        return last is not None
    return asks(plan, last) and question_about(context, release, plan, last).status == "approved"


def _frozen(context: ReleaseContext, release: Release, plan: ReleasePlan, shifts: Sequence[Shift]) -> Course:
    """Somebody else has changed the alias: held until it is as it was; without anything to compare, the end."""
    if not compares(plan):
        message = f"The alias of {context.model} was changed while version {release.version} was being released."
        raise Conflict(message, "Look who changed it, then start the release again.")
    context.mark(release, "held", f"{CHANGED}.")
    return Course(LOOPS[phase_of(shifts)], wait(plan.policy, timedelta(0)))
