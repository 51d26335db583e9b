"""What people say to what they are asked."""

from __future__ import annotations

from serin.domain.approvals import Answer, Approval, Word
from serin.domain.errors import Conflict, Denied
from serin.domain.people import People
from serin.ports import Catalog, Clock, Workflows


def answer_approval(
    model: str,
    approval: str,
    word: Word,
    why: str,
    by: str,
    token: str,
    people: People,
    *,
    catalog: Catalog,
    clock: Clock,
    workflows: Workflows,
) -> Approval:
    """Remember the answer, which a release follows at its next look and a training at once; NotFound for what was
    never asked.

    Denied to who has none of its roles, and to who would approve what they have asked for. Conflict for one that is
    answered otherwise, has expired, or is void. The same answer of the same token is once.
    """
    record = catalog.approval(model, approval)
    role, given = people.role_of(by, record.roles), record.answer
    if record.roles and role is None:
        roles = " or ".join(record.roles)
        raise Denied(f"{by} is no {roles} of {model}.", f"Ask one who is: the charter's people.{record.roles[0]} says.")
    if given is not None and record.status != "void" and (given.word, given.token) == (word, token):
        _wake(record, catalog, workflows)
        return record
    if word == "approve" and not people.may_approve(by, record.requested_by):
        raise Denied(
            f"{by} has asked for this, and with people.four_eyes somebody else is to approve it.",
            "Let another of those who may answer; a team of one writes people.four_eyes: false and deploys.",
        )
    after = record.answered(Answer(word, by, token, clock.now(), why, role))
    if not catalog.save_approval(after):
        raise Conflict(f"The approval {approval} has just changed.", "Look at it again: ./scripts/serin approve.")
    _wake(after, catalog, workflows)
    return after


def _wake(answered: Approval, catalog: Catalog, workflows: Workflows) -> None:
    if answered.run is None:
        return
    waiting = catalog.waiting(answered.model, answered.run)
    if waiting is not None:
        workflows.wake(waiting.token)
