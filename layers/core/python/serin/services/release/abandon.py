"""The way back from any step: the alias as it was, the record of why, and the lease for whoever waits."""

from __future__ import annotations

from dataclasses import replace

from serin.domain.errors import NotFound, Unavailable
from serin.domain.release_alias import Split, left_by, settled, split_of
from serin.domain.release_course import LEASE
from serin.domain.release_record import ReleasePlan
from serin.domain.releases import Intent, Lease, Release, ReleaseStatus
from serin.services.release.context import ReleaseContext
from serin.services.release.ending import announce, start_next

_LONGEST = 2000


def abandon(context: ReleaseContext, reason: str) -> Release | None:
    """Put the alias back where it was when this release had moved it, and give the lease back.

    From its first write on, no step of this release that is still under way can change anything. A release that is live
    already has only lost its end; it is ended as live. One that has ended is looked at again: a step that overslept may
    have moved the alias since. None for a release nobody knows.
    """
    release = context.known()
    if release is None:
        return None
    if release.is_open:
        context.note("abandon", reason[:_LONGEST])
        release = _ended(context, release, reason[:_LONGEST])
    elif release.status != "live" and (lease := _taken_from_its_steps(context)) is not None:
        _put_back(context, release, lease)
        context.control.finish(None, lease)
    ended = announce(context, release)
    start_next(context)
    if ended.status != "live":
        _cool(context, ended)
    return ended


def _ended(context: ReleaseContext, release: Release, reason: str) -> Release:
    lease = _taken_from_its_steps(context)
    status: ReleaseStatus = "failed"
    if context.is_live():
        status = "live"
    elif lease is not None and _put_back(context, release, lease):
        status = "rolled_back"
    if lease is not None:
        context.control.finish(None, lease)
    context.control.unpark(context.model, context.id)
    done = replace(
        release, status=status, reason=None if status == "live" else reason, announced=False, ended=context.clock.now()
    )
    return done if context.catalog.save_release(done) else context.catalog.release(context.model, context.id)


def _taken_from_its_steps(context: ReleaseContext) -> Lease | None:
    """The lease with an epoch that its steps do not have; None while another release has it, which puts all right."""
    lease = context.acquire(LEASE, fresh=True)
    if lease is not None:
        return lease
    holder = context.control.lease(context.model)
    try:
        context.catalog.release(context.model, holder.holder if holder else "")
    except NotFound as error:
        raise Unavailable(f"The alias of {context.model} is being put right.", "Try again.") from error
    return None


def _put_back(context: ReleaseContext, release: Release, lease: Lease) -> bool:
    """Whether this release has moved the alias; it leads where it led before, unless somebody else moved it."""
    # The alias first: while nothing was ever intended, it still leads where it led before this release.
    before, intent = context.endpoint.alias(context.model), context.control.intent(context.model)
    plan = context.catalog.plan(context.model, context.id)
    own = intent if intent is not None and intent.release == context.id else None
    moved = own is not None and (own.function_version != own.previous or own.weight > 0)
    if own is not None or (plan is not None and release.is_open):
        served = before.function_version
        if intent is not None:
            served = settled(intent, context.control.live(context.model)).function_version
        _move_back(context, lease, served, own, plan)
    return moved or bool(context.catalog.shifts(context.model, context.id))


def _move_back(
    context: ReleaseContext, lease: Lease, served: str, own: Intent | None, plan: ReleasePlan | None
) -> None:
    """Write that all is to be as it was, which a step that is still under way cannot write over, then see to it."""
    candidate = (own.candidate or own.function_version) if own is not None else None
    candidate = plan.function_version if plan is not None else candidate
    back = Intent(context.model, context.id, lease.epoch, served, served, candidate)
    if not context.control.save_intent(back):
        raise Unavailable("The release was taken over while it was abandoned.", "Try again.")
    alias = context.endpoint.alias(context.model)
    now = split_of(alias.function_version, alias.weights)
    if now != Split(served) and left_by(back, now):
        context.endpoint.move_alias(context.model, served, alias)


def _cool(context: ReleaseContext, release: Release) -> None:
    """Nothing is paid for a candidate that answers nobody; last of all, since no release hangs on it."""
    lease = context.control.lease(context.model)
    if lease is not None and lease.until > context.clock.now():
        # The next release may be about the same function version.
        return
    published = context.catalog.published(context.model, release.version)
    alias = context.endpoint.alias(context.model)
    if published is not None and published.function_version not in {alias.function_version, *alias.weights}:
        context.endpoint.unprovision(context.model, published.function_version)
