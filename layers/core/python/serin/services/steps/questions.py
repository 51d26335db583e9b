"""A question to people, put once: they are reminded of it each day, and what nobody answers in time has expired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import takewhile

from serin.domain.approvals import REPLACED, Approval
from serin.domain.errors import NotFound
from serin.domain.releases import Release
from serin.ports import Catalog, Clock
from serin.services.steps.approvals import approvals_of

Tell = Callable[[Approval], object]


def as_kept(question: Approval, *, catalog: Catalog) -> Approval:
    """The question as it was put, with its answer if there is one, or as it would be put now.

    Where another one replaced it and all is again as it was, it is put once more: what was said before stays void.
    """
    try:
        kept = catalog.approval(question.model, question.id)
    except NotFound:
        return question
    if kept.was_replaced:
        return as_kept(question.once_more(), catalog=catalog)
    return kept


def keep_asking(question: Approval, tell: Tell, *, catalog: Catalog, clock: Clock) -> Approval:
    """Put the question, or remind of it once a day, or end it when nobody has answered in time."""
    now = clock.now()
    # Which is refused of a question that is kept already, whenever it was made.
    if question.revision == 1 and catalog.save_approval(question):
        _void_others(question, now, catalog)
        tell(question)
    elif question.expired_at(now):
        question = saved(question.closed("expired", "nobody has answered in time", now), catalog=catalog)
    elif question.reminds_at(now):
        question = saved(question.reminded(now), catalog=catalog)
        tell(question)
    return question


def withdraw(
    question: Approval, because: str, now: datetime, replaced_by: str | None = None, *, catalog: Catalog
) -> None:
    """The approval counts for nothing any more, answered or not; another one may take its place."""
    if question.status in ("open", "approved"):
        saved(question.closed("void", because, now, replaced_by), catalog=catalog)


def withdraw_open(release: Release, because: str, now: datetime, *, catalog: Catalog) -> None:
    """Nobody need answer any more what was asked about a release, all of which was put since it began."""
    for one in takewhile(lambda one: one.at >= release.at, approvals_of(release.model, catalog=catalog)):
        if one.release == release.id and one.is_open:
            withdraw(one, because, now, catalog=catalog)


def saved(changed: Approval, *, catalog: Catalog) -> Approval:
    """As it is kept: of two who change it at once the first one holds."""
    if catalog.save_approval(changed):
        return changed
    return catalog.approval(changed.model, changed.id)


def how_to_answer(question: Approval) -> str:
    """The question as people are told it, with how to answer."""
    how = f"To answer until {question.expires:%Y-%m-%d %H:%M}Z: ./scripts/serin approve {question.id}"
    return f"{question.question} {how}, with --reject and --why TEXT to say no."


def refused_by(question: Approval) -> str | None:
    """Why the question ends what it is about; None while it may still be agreed to, or is."""
    answer = question.answer
    if question.status == "rejected" and answer is not None:
        return f"Rejected by {answer.by}{': ' if answer.why else '.'}{answer.why}"
    if question.status == "expired":
        return f"Nobody has answered approval {question.id} in time."
    return None


def _void_others(question: Approval, now: datetime, catalog: Catalog) -> None:
    """Older questions about the same to the same roles: what they showed, or who has a role, is another now."""
    for other in approvals_of(question.model, catalog=catalog):
        if (other.about, other.roles) == (question.about, question.roles) and other.id != question.id:
            withdraw(other, f"{REPLACED}{question.id}", now, question.id, catalog=catalog)
