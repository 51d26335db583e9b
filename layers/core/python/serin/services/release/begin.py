"""The first step: the lease, or a place among those that wait; and whether traffic can decide at all."""

from __future__ import annotations

from dataclasses import replace

from serin.domain.errors import Conflict, Invalid
from serin.domain.judgement.looks import affordable
from serin.domain.release_course import LEASE, Course, basic, planned_weights
from serin.domain.releases import DEPLOYED, Lease, Live, Parked, Release
from serin.services.release.context import JudgedRelease
from serin.services.release.put_right import made_anew, put_right
from serin.services.release.traffic import calls_of_last_day
from serin.services.withdraw_version import refuse_withdrawn


def begin(context: JudgedRelease, version: int, cause: str, correlation: str) -> Course:
    """Take the lease and write down what is to happen; wait while another release has it.

    Conflict for a version that is withdrawn, and for an alias that somebody else has changed. Invalid for a canary that
    traffic cannot decide, with the arithmetic.
    """
    known = context.known()
    if known is not None and not known.is_open:
        return Course("end")
    if cause != DEPLOYED:
        context.catalog.version(context.model, version)
        refuse_withdrawn(context.model, version, catalog=context.catalog)
    asked = known or Release(
        context.id, context.model, version, cause, 0, "waiting", context.clock.now(), correlation=correlation
    )
    # Remembered before the lease is had, so that one which never gets it has a record of its end.
    context.catalog.save_release(asked)
    lease = _lease(context, asked)
    if lease is None:
        return Course("end")
    live = context.control.live(context.model)
    release = _running(asked, lease, live)
    if made_anew(live, endpoint=context.endpoint):
        # What it was is told by the release's own version; what is there now answers nobody.
        context.control.forget_live(context.model)
        live, release = None, replace(release, previous=None)
    context.catalog.save_release(release)
    context.control.unpark(context.model, context.id)
    _check(context, release, live)
    found = f"version {live.version}" if live else "nothing"
    context.note("begin", f"lease {lease.epoch}; live is {found}")
    return Course("publish")


def _running(asked: Release, lease: Lease, live: Live | None) -> Release:
    """The release with its lease. One that a deploy began is about whatever is live by now."""
    version = live.version if live is not None and asked.cause == DEPLOYED else asked.version
    previous = live.version if live else None
    return replace(asked, version=version, epoch=lease.epoch, status="running", previous=previous)


def _lease(context: JudgedRelease, asked: Release) -> Lease | None:
    """The lease; None once the release waits for it."""
    lease = context.acquire(LEASE)
    if lease is not None:
        return lease
    waiting = {parked.release: parked for parked in context.control.parked(context.model)}
    before = waiting.get(context.id)
    parked = Parked(
        *(context.model, context.id, asked.version, asked.cause, before.at if before else context.clock.now()),
        *(asked.correlation or context.id, before.attempt + 1 if before else 1),
    )
    context.control.park(parked)
    # Whoever had the lease may have ended, and looked who waits, just before this one was parked.
    lease = context.acquire(LEASE)
    if lease is None and before is None:
        context.tell("parked", asked, "Another release runs; this one starts when that has ended.")
        context.note("park", "another release runs")
    return lease


def _check(context: JudgedRelease, release: Release, live: Live | None) -> None:
    """What can be known to be in vain before anything is paid for."""
    intent = context.control.intent(context.model)
    if intent is not None and intent.release == context.id:
        # A beginning that was sent twice and overslept: later steps have moved the alias, which it must not take back.
        return
    repaired = put_right(context.model, control=context.control, endpoint=context.endpoint)
    if repaired == "changed by somebody else":
        message = f"The alias of {context.model} is not as the last release left it."
        raise Conflict(message, "Look who changed it, and put it back, then start again.")
    policy = basic(context.policy) if release.cause == "rollback" else context.policy
    if live is None or policy.strategy != "canary":
        return
    calls = calls_of_last_day(context)
    refusal = affordable(planned_weights(policy, calls), policy, calls)
    if refusal is not None:
        raise Invalid(refusal.sentence, "Change the charter's release section, or release with strategy basic.")
