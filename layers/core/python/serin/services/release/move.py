"""One weight more for the candidate: the intent first, then the alias, then the record of it."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.errors import Conflict
from serin.domain.release_alias import after_shifts, meant, split_of
from serin.domain.release_course import ALL
from serin.domain.release_record import ReleasePlan, Shift
from serin.domain.releases import Intent, Release
from serin.ports import AliasState
from serin.services.release.context import ReleaseContext

CHANGED = "Somebody else has changed the alias; the release goes on once it is as it was, or is aborted"


def as_meant(context: ReleaseContext, plan: ReleasePlan, shifts: Sequence[Shift]) -> bool:
    """Whether the alias is as this release has left it, or as its last intent says, which it may have died over."""
    alias, intent = context.endpoint.alias(context.model), context.control.intent(context.model)
    own = intent is not None and intent.release == context.id
    allowed = [after_shifts(plan, shifts, _served_before(plan, intent if own else None, alias))]
    if own and intent is not None:
        allowed.append(meant(intent))
    return split_of(alias.function_version, alias.weights) in allowed


def move(context: ReleaseContext, release: Release, plan: ReleasePlan, weight: int) -> bool:
    """Give the candidate `weight` percent of the calls; False, with nothing changed, for an alias that is not as meant.

    The calls between the intent and the moment it was seen to be done belong to no weight. Conflict when somebody took
    the release over meanwhile; what was moved is back then.
    """
    before, known = context.endpoint.alias(context.model), context.control.intent(context.model)
    if not as_meant(context, plan, context.catalog.shifts(context.model, context.id)):
        return False
    own = known if known is not None and known.release == context.id else None
    previous = _served_before(plan, own, before)
    intent = _intent(context, release, plan, weight, previous, own)
    if intent != known and not context.control.save_intent(intent):
        raise Conflict("A newer release has spoken.", "Nothing to do: this one ends here.")
    if split_of(before.function_version, before.weights) != meant(intent):
        before = context.endpoint.move_alias(
            context.model, intent.function_version, before, intent.candidate, intent.weight
        )
    _check_not_fenced(context, intent, before)
    now = context.clock.now()
    context.catalog.add_shift(context.model, Shift(context.id, weight, intent.at or now, now))
    return True


def _served_before(plan: ReleasePlan, own: Intent | None, now: AliasState) -> str:
    """What gets the calls that the candidate does not: before a model's first release, the function as deployed."""
    return own.previous if own is not None else plan.previous or now.function_version


def _intent(
    context: ReleaseContext, release: Release, plan: ReleasePlan, weight: int, previous: str, own: Intent | None
) -> Intent:
    model, epoch, candidate = context.model, release.epoch, plan.function_version
    now = context.clock.now()
    if weight == ALL:
        intent = Intent(model, context.id, epoch, candidate, previous, at=now)
    else:
        intent = Intent(model, context.id, epoch, previous, previous, candidate, weight, now)
    # A step that is taken again keeps the moment it was meant first: from then on calls may have been split anew.
    return own if own is not None and own.epoch == epoch and meant(own) == meant(intent) else intent


def _check_not_fenced(context: ReleaseContext, intent: Intent, moved: AliasState) -> None:
    """Take the move back when the intent is no longer ours: whoever abandoned the release saw the alias before it."""
    if context.control.intent(context.model) == intent:
        return
    if context.endpoint.alias(context.model) == moved:
        context.endpoint.move_alias(context.model, intent.previous, moved)
    raise Conflict("The release was abandoned while it moved the alias.", "Nothing to do: the alias is put back.")
