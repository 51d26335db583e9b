"""A long release goes on in a new execution, since the history of one holds 25,000 events."""

from __future__ import annotations

from serin.domain.release_course import Course, Next
from serin.services.release.context import ReleaseContext


def carry_on(context: ReleaseContext, then: Next, seconds: int) -> Course:
    """Start the execution that goes on with the step `then`, under the same lease; a repeat starts no second one."""
    release = context.running()
    if release is None:
        return Course("end")
    last = context.catalog.last_judged(context.model, context.id)
    context.workflows.continue_release(release, last.number if last else 0, Course(then, seconds))
    return Course("end")
