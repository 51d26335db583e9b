"""One look at a running release: replays, shares of traffic, or the time after the promotion."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from serin.domain.errors import Unavailable
from serin.domain.judgement.release import judge_release
from serin.domain.release_course import (
    LOOPS,
    Course,
    after_judgement,
    deadline,
    look_again,
    no_more_comes,
    phase_of,
    stands,
    wait,
    wait_of_bake,
)
from serin.domain.release_record import Directive, Judged, ReleasePlan, Shift
from serin.domain.releases import ABORTED_BY, DEPLOYED, Release
from serin.services.release.asking import (
    WITHDRAWN,
    ask_people,
    asks,
    follow,
    no_longer_so,
    question_about,
    withdraw_question,
)
from serin.services.release.context import JudgedRelease
from serin.services.release.move import CHANGED, as_meant
from serin.services.withdraw_version import why_withdrawn


def shadow(context: JudgedRelease, round: int) -> Course:
    """Ask the candidate more of the logged requests, then judge."""
    if context.running() is None:
        return Course("end")
    asked = 0
    # Where Lambda has no room for more calls, the next look asks; until its deadline nothing is lost.
    with suppress(Unavailable):
        asked = context.ask_shadow(context.plan(), context.clock.now())
    return judge(context, round, asked)


def judge(context: JudgedRelease, round: int, asked: int = 0) -> Course:
    """Judge what there is, unless the last judgement decides already or somebody else has the alias.

    `asked` calls have just been made, and how long they took is not known yet.
    """
    release = context.running()
    if release is None:
        return Course("end")
    plan, shifts = context.plan(), context.catalog.shifts(context.model, context.id)
    now, wish = context.clock.now(), context.wish()
    look = _Look(context, release, plan, shifts, wish, now, round, asked)
    if wish is not None and wish.wish == "abort":
        return Course("abandon", reason=f"{ABORTED_BY}{wish.by}.")
    withdrawn = why_withdrawn(context.model, release.version, catalog=context.catalog)
    if withdrawn is not None and release.cause != DEPLOYED:
        return Course("abandon", reason=withdrawn)
    if not as_meant(context, plan, shifts):
        context.mark(release, "held", f"{CHANGED}.")
        return look.again()
    return look.decide()


@dataclass(frozen=True)
class _Look:
    context: JudgedRelease
    release: Release
    plan: ReleasePlan
    shifts: Sequence[Shift]
    wish: Directive | None
    now: datetime
    round: int
    asked: int

    def decide(self) -> Course:
        last = self.context.catalog.last_judged(self.context.model, self.context.id)
        decided = stands(self.plan, last, self.shifts)
        if last is not None and last.phase == phase_of(self.shifts) and asks(self.plan, last):
            return self._asked(last)
        judged = last if last is not None and decided else self._remembered(self._judged(last))
        return self._after(judged, decided)

    def _after(self, judged: Judged, decided: bool) -> Course:
        course = after_judgement(self.plan, judged)
        if course.next == "abandon":
            return course
        if self.wish is not None and self.wish.wish == "hold":
            return self._held(judged, decided, self.wish)
        if course.next in LOOPS.values():
            self._mark_undecided(judged)
            if asks(self.plan, judged):
                ask_people(self.context, self.release, self.plan, judged)
            return self._over() or self.again()
        if not self._late():
            self.context.mark(self.release, "running")
        return course

    def _asked(self, last: Judged) -> Course:
        """People are asked about the last judgement: what they see holds until calls decide, or somebody resumes.

        An answer counts only for what was shown: where calls have decided since, it is void.
        """
        question = question_about(self.context, self.release, self.plan, last)
        if self.wish is not None and self.wish.wish == "resume" and self.wish.at >= question.at:
            withdraw_question(self.context, question, WITHDRAWN)
            return self._after(self._remembered(self._judged(last)), decided=False)
        seen = self._judged(last)
        if seen.outcome in ("pass", "fail", "invalid"):
            withdraw_question(self.context, question, no_longer_so(seen))
            return self._after(self._remembered(seen), decided=False)
        held = self.wish is not None and self.wish.wish == "hold"
        answered = ask_people(self.context, self.release, self.plan, last)
        return (None if held else follow(answered)) or self.again()

    def again(self) -> Course:
        """The same look later."""
        begun = self.shifts[-1].moved if self.shifts else self.plan.began
        seconds = wait(self.plan.policy, self.now - begun)
        if phase_of(self.shifts) == "bake":
            seconds = wait_of_bake(self.plan.policy, self.now - begun)
        return look_again(phase_of(self.shifts), seconds, self.round + 1)

    def _judged(self, last: Judged | None) -> Judged:
        phase, shifts = phase_of(self.shifts), self.shifts
        over = phase != "bake" and no_more_comes(self.plan, shifts, self.wish, self.now)
        evidence = replace(self.context.gather(self.plan, shifts, last, self.now), deadline_passed=over)
        verdict = judge_release(evidence, self.plan.policy)
        judged = Judged(
            release=self.context.id,
            number=last.number + 1 if last else 1,
            at=self.now,
            phase=phase,
            weight=shifts[-1].weight if shifts else 0,
            outcome=verdict.outcome,
            sentence=verdict.sentence,
            checks=verdict.checks,
            against=verdict.against,
            enough=verdict.enough,
            step_done=verdict.step_done,
            missing_calls=verdict.missing_calls,
            looked_at=verdict.looked_at,
        )
        if phase == "bake" and judged.outcome != "fail":
            # Nothing is compared any more: only what would stop a release counts.
            sentence = f"Goes on: all traffic goes to it since {shifts[-1].moved:%H:%M} UTC, and nothing stops it."
            judged = replace(judged, outcome="continue", sentence=sentence, step_done=False, missing_calls=None)
        if self.asked and not over and judged.outcome not in ("fail", "invalid"):
            # Nothing is passed before the platform has told how long each call took.
            sentence = f"Goes on: {self.asked} calls have just been made, and how long they took is not known yet."
            before = last.looked_at if last else 0
            judged = replace(judged, outcome="continue", sentence=sentence, step_done=False, looked_at=before)
        step = evidence.steps[-1] if evidence.steps else None
        return judged if step is None else replace(judged, candidate=step.candidate, live=step.live)

    def _remembered(self, judged: Judged) -> Judged:
        """Of two who judge at once, the first is remembered, and holds."""
        if self.context.catalog.add_judged(self.context.model, judged):
            return judged
        return self.context.catalog.last_judged(self.context.model, self.context.id) or judged

    def _held(self, judged: Judged, decided: bool, wish: Directive) -> Course:
        """Its weight stays; but a candidate that has passed and fails by now is taken back even so."""
        if decided and (seen := self._judged(judged)).outcome == "fail":
            return after_judgement(self.plan, self._remembered(seen))
        self.context.mark(self.release, "held", f"Held by {wish.by}.")
        return self.again()

    def _mark_undecided(self, judged: Judged) -> None:
        """Whether it waits for somebody, or for more evidence than was planned."""
        if judged.phase != "bake" and (self._late() or judged.outcome == "inconclusive"):
            reason = "The deadline has passed; it is judged on." if judged.outcome == "continue" else judged.sentence
            self.context.mark(self.release, "held", reason)
        else:
            self.context.mark(self.release, "running")

    def _late(self) -> bool:
        return self.now >= deadline(self.plan, self.shifts, self.wish)

    def _over(self) -> Course | None:
        """The end of the time after the promotion, in which nothing spoke against the candidate."""
        over = phase_of(self.shifts) == "bake" and self.now >= self.shifts[-1].moved + self.plan.policy.bake
        return Course("prune") if over else None
