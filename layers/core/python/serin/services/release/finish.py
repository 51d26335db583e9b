"""The last steps: what no rollback needs any more goes, then the live pointer moves and the lease is given back."""

from __future__ import annotations

from dataclasses import replace

from serin.domain.errors import Conflict
from serin.domain.release_course import Course
from serin.domain.releases import Lease, Live
from serin.services.release.context import ReleaseContext
from serin.services.release.ending import announce, start_next
from serin.services.release.move import as_meant


def finish(context: ReleaseContext) -> Course:
    """Move the live pointer, give the lease back, say so, and start whoever waits."""
    release = context.catalog.release(context.model, context.id)
    if release.is_open:
        if not context.is_live() and not _pointer_moved(context):
            return Course("end")
        context.note("finish", f"version {release.version} is live")
        now = context.clock.now()
        context.catalog.save_release(replace(release, status="live", reason=None, announced=False, ended=now))
        release = context.catalog.release(context.model, context.id)
    announce(context, release)
    start_next(context)
    return Course("end")


def _pointer_moved(context: ReleaseContext) -> bool:
    release = context.running()
    if release is None:
        return False
    plan, now = context.plan(), context.clock.now()
    if not as_meant(context, plan, context.catalog.shifts(context.model, context.id)):
        raise Conflict("Somebody else has changed the alias since the promotion.", "Look who did, then start again.")
    live = Live(context.model, release.version, plan.function_version, context.id, release.epoch, now)
    if not context.control.finish(live, Lease(context.model, context.id, release.epoch, now)):
        raise Conflict("The lease was lost before the release ended.", "The reconciler puts the alias right.")
    return True
