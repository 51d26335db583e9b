"""What people are told of a release: what happened, its numbers, and what there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from serin.domain.errors import Unavailable
from serin.domain.judgement.looks import minimum_calls
from serin.domain.judgement.release_evidence import Counts
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.plain_numbers import how_many
from serin.domain.release_record import Judged, ReleasePlan, calls_of_candidate
from serin.domain.releases import Release
from serin.ports import Catalog, Notices

Telling = Literal["parked", "begun", "step", "held", "asked", "rolled_back", "failed", "live"]
_COMMAND = "./scripts/serin release"
_THEN = {
    "hold": "it stays where it is and is judged on, until there is enough evidence or somebody decides",
    "ask": "it stays where it is until somebody decides, and is rolled back when nobody does within a week",
    "roll_back": "it is rolled back",
}


@dataclass(frozen=True)
class Notice:
    """A subject of one line, and a text of a few."""

    subject: str
    text: str


def tell_people(what: Telling, release: Release, sentence: str, *, catalog: Catalog, notices: Notices) -> bool:
    """Let people know what became of a release; False when nobody took the notice, which stops no release."""
    plan, judged = catalog.plan(release.model, release.id), catalog.judged(release.model, release.id)
    notice = notice_of(what, release, sentence, plan, judged)
    try:
        notices.publish(notice.subject, notice.text)
    except Unavailable:
        return False
    return True


def notice_of(
    what: Telling, release: Release, sentence: str, plan: ReleasePlan | None, judged: Sequence[Judged]
) -> Notice:
    """The notice; `sentence` says what happened, `judged` are all judgements of the release."""
    about = f"Version {release.version} of {release.model}"
    subject, lines = {
        "parked": ("waits to be released", _parked(release)),
        "begun": ("is being released", [_way(plan), f"Follow it: {_COMMAND} watch {release.model}"]),
        "step": ("goes on", [_numbers(judged), "Nothing is to be done."]),
        "held": ("is held", _held(release, plan, judged)),
        "asked": (
            "waits for an answer",
            [_numbers(judged), f"Look at the evidence: {_COMMAND} show {release.model} --page"],
        ),
        "rolled_back": ("was rolled back", _ended(release, judged)),
        "failed": ("was not released", _ended(release, judged)),
        "live": ("is live", _live(release, judged)),
    }[what]
    text = "\n".join(line for line in (_sentence(f"{about} {subject}"), _sentence(sentence), *lines) if line)
    return Notice(f"{about} {subject}", f"{text}\n")


def _parked(release: Release) -> list[str]:
    return [
        f"See what runs: {_COMMAND} watch {release.model}",
        f"To make room: {_COMMAND} abort {release.model}; then this one begins by itself.",
    ]


def _held(release: Release, plan: ReleasePlan | None, judged: Sequence[Judged]) -> list[str]:
    weight = judged[-1].weight if judged else 0
    then = plan.policy.inconclusive if plan else "ask"
    return [
        _numbers(judged),
        f"It keeps {weight} % of the calls." if weight else "No caller is answered by it.",
        f"The charter says release.inconclusive: {then}: without a decision in time {_THEN[then]}.",
        f"Look at the evidence: {_COMMAND} show {release.model} --page",
        f"To go on with a new deadline: {_COMMAND} resume {release.model}",
        f"To put all calls back on the version before: {_COMMAND} abort {release.model}",
    ]


def _ended(release: Release, judged: Sequence[Judged]) -> list[str]:
    before = "Nothing is live." if release.previous is None else f"All calls go to version {release.previous}."
    return [
        _cost(calls_of_candidate(judged)),
        before,
        f"Look at the evidence: {_COMMAND} show {release.model} --release {release.id} --page",
        "Mend what the sentence names and train again; the same version would be judged by the same rules.",
    ]


def _live(release: Release, judged: Sequence[Judged]) -> list[str]:
    passed = [found.sentence for found in judged if found.outcome == "pass"]
    return [
        *(passed[-1:] or ["Nothing was compared: its golden requests were answered as expected."]),
        _cost(calls_of_candidate(judged)) if passed else "",
        f"To put the version before back: {_COMMAND} rollback {release.model}",
    ]


def _way(plan: ReleasePlan | None) -> str:
    if plan is None:
        return ""
    policy = plan.policy
    if plan.previous is None:
        return "Nothing is live yet to compare it with, so it gets all calls after its golden requests."
    if policy.strategy == "basic":
        return "It gets all calls at once, after its golden requests: the charter says strategy: basic."
    shadowed = f"It is first asked up to {policy.shadow.pairs:,} logged requests that the live version answered"
    if policy.strategy == "shadow":
        return f"{shadowed}; that decides. {_margin(policy)}"
    weights = ", then ".join(f"{weight} %" for weight in plan.weights)
    return f"{shadowed}; then it gets {weights} of the calls. {_margin(policy)}"


def _margin(policy: ReleasePolicy) -> str:
    calls = policy.shadow.pairs if policy.strategy == "shadow" else minimum_calls(policy)
    asked = f"To pass it must show that at most {policy.margins.error_rate:.4g} of its calls fail"
    return f"{asked}, which takes {calls:,} or more. If nothing is decided in time, {_THEN[policy.inconclusive]}."


def _numbers(judged: Sequence[Judged]) -> str:
    if not judged or not judged[-1].candidate.calls:
        return ""
    own, other = judged[-1].candidate, judged[-1].live
    beside = f"the live version's {other.calls:,}, of which {other.failures:,} failed"
    return f"In this step {own.calls:,} calls were the candidate's, of which {own.failures:,} failed; {beside}."


def _cost(own: Counts) -> str:
    if not own.calls:
        return "Beside the live version it answered no caller."
    wrong = f"{own.failures:,} of them failed and {how_many(own.invalid, 'answer was', 'answers were')} invalid"
    return f"Beside the live version it answered {how_many(own.calls, 'call')}; {wrong}."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
