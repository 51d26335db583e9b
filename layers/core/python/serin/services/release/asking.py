"""A release that nothing decided asks people; while it waits, what they were shown stays what it is."""

from __future__ import annotations

from serin.domain.approvals import Approval, asked
from serin.domain.errors import NotFound
from serin.domain.names import digest
from serin.domain.records import record_digest
from serin.domain.release_course import LOOPS, Course, after_judgement
from serin.domain.release_record import Judged, ReleasePlan
from serin.domain.releases import Release
from serin.services.release.context import ReleaseContext

WITHDRAWN = "somebody has resumed the release, so it is judged on"
_OTHER = "what was shown is no longer so: "


def asks(plan: ReleasePlan, judged: Judged) -> bool:
    """Whether the judgement is one that people decide."""
    undecided = judged.outcome == "inconclusive" and judged.phase != "bake"
    # What a shadow does not decide, a canary does.
    return plan.policy.inconclusive == "ask" and undecided and after_judgement(plan, judged).next in LOOPS.values()


def question_about(context: ReleaseContext, release: Release, plan: ReleasePlan, judged: Judged) -> Approval:
    """The approval about that judgement: as it is kept, or as it would be put now."""
    version = context.catalog.version(context.model, release.version)
    files = (version.estimator.sha256, version.layer.sha256, version.code, version.charter)
    shown = digest(record_digest(judged), record_digest(plan), *files)
    figures = {check.name: check.estimate for check in judged.checks if check.estimate is not None}
    question = f"Shall version {release.version} have all calls? {judged.sentence}"
    put = asked(context.model, context.id, release.version, question, figures, shown, context.clock.now())
    try:
        return context.catalog.approval(context.model, put.id)
    except NotFound:
        return put


def ask_people(context: ReleaseContext, release: Release, plan: ReleasePlan, judged: Judged) -> Approval:
    """Put the question, or remind of it once a day, or end it when nobody has answered in time."""
    question, now = question_about(context, release, plan, judged), context.clock.now()
    if question.revision == 1 and question.at == now and context.catalog.save_approval(question):
        context.tell("asked", release, said(question))
    elif question.expired_at(now):
        question = _saved(context, question.closed("expired", "nobody has answered in time"))
    elif question.reminds_at(now):
        question = _saved(context, question.reminded(now))
        context.tell("asked", release, said(question))
    return question


def said(question: Approval) -> str:
    """The question as people are told it, with how to answer."""
    how = f"To answer until {question.expires:%Y-%m-%d %H:%M}Z: ./scripts/serin approve {question.id}"
    return f"{question.question} {how}, with --reject and --why TEXT to say no."


def follow(question: Approval) -> Course | None:
    """Where the answer leads; None while there is none."""
    answer = question.answer
    if question.status == "approved":
        return Course("promote")
    if question.status == "rejected" and answer is not None:
        return Course("abandon", reason=f"Rejected by {answer.by}{': ' if answer.why else '.'}{answer.why}")
    if question.status == "expired":
        return Course("abandon", reason=f"Nobody has answered approval {question.id} in time.")
    return None


def withdraw_question(context: ReleaseContext, question: Approval, because: str) -> None:
    """The approval counts for nothing any more, answered or not."""
    if question.status in ("open", "approved"):
        _saved(context, question.closed("void", because))


def no_longer_so(judged: Judged) -> str:
    """Why an approval is void once there is another judgement."""
    return f"{_OTHER}{judged.sentence}"


def _saved(context: ReleaseContext, changed: Approval) -> Approval:
    """As it is kept: of two who change it at once the first one holds."""
    if context.catalog.save_approval(changed):
        return changed
    return context.catalog.approval(context.model, changed.id)
