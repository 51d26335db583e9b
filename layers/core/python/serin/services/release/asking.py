"""A release that nothing decided asks people; while it waits, what they were shown stays what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from serin.domain.approvals import OTHER, Approval, asked
from serin.domain.judgement.verdicts import Check
from serin.domain.names import digest
from serin.domain.records import record_digest
from serin.domain.release_course import LOOPS, Course, after_judgement
from serin.domain.release_record import Judged, ReleasePlan
from serin.domain.releases import DEPLOYED, Release
from serin.services.release.context import ReleaseContext
from serin.services.steps.approvals import requesters
from serin.services.steps.questions import as_kept, how_to_answer, keep_asking, refused_by, withdraw

WITHDRAWN = "somebody has resumed the release, so it is judged on"
LOOK_EVERY = timedelta(minutes=10)
"""How often an answer is looked for before a release opens: it must show life before its lease ends."""


def asks(plan: ReleasePlan, judged: Judged) -> bool:
    """Whether the judgement is one that people decide."""
    undecided = judged.outcome == "inconclusive" and judged.phase != "bake"
    # What a shadow does not decide, a canary does.
    return plan.policy.inconclusive == "ask" and undecided and after_judgement(plan, judged).next in LOOPS.values()


def question_about(context: ReleaseContext, release: Release, plan: ReleasePlan, judged: Judged) -> Approval:
    """The approval about that judgement: as it is kept, or as it would be put now."""
    question = f"Shall version {release.version} have all calls? {judged.sentence}"
    about = (record_digest(judged), record_digest(plan))
    put = _put(context, release, question, judged.checks, about, context.people.release)
    return as_kept(put, catalog=context.catalog)


def _put(
    context: ReleaseContext,
    release: Release,
    question: str,
    checks: Sequence[Check],
    about: Sequence[str],
    roles: tuple[str, ...],
) -> Approval:
    version, holders = context.catalog.version(context.model, release.version), context.people.holders(roles)
    files = (version.estimator.sha256, version.layer.sha256, version.code, version.charter)
    shown = digest(question, *about, *files, record_digest(holders))
    figures = {check.name: check.estimate for check in checks if check.estimate is not None}
    requested_by = requesters(context.model, release=context.id, run=version.run, catalog=context.catalog)
    return asked(
        *(context.model, context.id, release.version, question, figures, shown, context.clock.now(), roles),
        requested_by,
    )


def ask_people(context: ReleaseContext, release: Release, plan: ReleasePlan, judged: Judged) -> Approval:
    """Ask about a judgement: see `keep_asking`."""
    return _asked(context, release, question_about(context, release, plan, judged))


def consent(context: ReleaseContext, release: Release) -> Course | None:
    """Ask each role whose word the charter wants before any caller is answered; None once all have agreed.

    They are shown what the gate measured. Code that is deployed anew and a way back ask nobody.
    """
    roles = context.people.first_release if release.previous is None else context.people.release
    if release.cause in (DEPLOYED, "rollback") or not roles:
        return None
    verdict = context.catalog.version(context.model, release.version).verdict
    question = f"Shall version {release.version} be released? {verdict.sentence}"
    put = [_put(context, release, question, verdict.checks, (role,), (role,)) for role in roles]
    answers = [_asked(context, release, as_kept(one, catalog=context.catalog)) for one in put]
    ended = [course for course in map(follow, answers) if course is not None and course.next == "abandon"]
    if ended:
        return ended[0]
    if all(answer.status == "approved" for answer in answers):
        return None
    waits = " and ".join(answer.roles[0] for answer in answers if answer.is_open)
    context.catalog.save_release(replace(release, status="held", reason=f"Waits for the word of {waits}."))
    return Course("open", round(LOOK_EVERY.total_seconds()))


def _asked(context: ReleaseContext, release: Release, question: Approval) -> Approval:
    return keep_asking(
        question,
        lambda put: context.tell("asked", release, how_to_answer(put)),
        catalog=context.catalog,
        clock=context.clock,
    )


def follow(question: Approval) -> Course | None:
    """Where the answer leads; None while there is none."""
    if question.status == "approved":
        return Course("promote")
    reason = refused_by(question)
    return None if reason is None else Course("abandon", reason=reason)


def withdraw_question(context: ReleaseContext, question: Approval, because: str) -> None:
    """The approval counts for nothing any more, answered or not."""
    withdraw(question, because, context.clock.now(), catalog=context.catalog)


def no_longer_so(judged: Judged) -> str:
    """Why an approval is void once there is another judgement."""
    return f"{OTHER}{judged.sentence}"
