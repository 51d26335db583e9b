"""What people are told of a release: what happened, its numbers, and what there is to do."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.errors import Unavailable
from serin.domain.judgement.looks import minimum_calls
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.release_record import Judged, ReleasePlan
from serin.domain.releases import Intent, Parked, Release
from serin.ports import AliasState, Notices

_COMMAND = "./scripts/serin release"
_THEN = {
    "hold": "it stays where it is and is judged on, until there is enough evidence or somebody decides",
    "ask": "it stays where it is until somebody decides",
    "roll_back": "it is rolled back",
}


@dataclass(frozen=True)
class Notice:
    """A subject of one line, and a text of a few."""

    subject: str
    text: str


def tell(notice: Notice, *, notices: Notices) -> bool:
    """Send it; False when nobody took it, which stops no release."""
    try:
        notices.publish(notice.subject, notice.text)
    except Unavailable:
        return False
    return True


def begun(plan: ReleasePlan) -> Notice:
    """A release has begun: what it will take."""
    return Notice(
        f"Version {plan.version} of {plan.model} is being released",
        _lines(
            f"Release {plan.release} of version {plan.version} of {plan.model} began at {plan.began:%Y-%m-%d %H:%M}Z.",
            _way(plan),
            f"Follow it: {_COMMAND} watch {plan.model}",
        ),
    )


def waiting(parked: Parked, holder: str) -> Notice:
    """A release waits: `holder` is the release that runs."""
    return Notice(
        f"Version {parked.version} of {parked.model} waits to be released",
        _lines(
            f"The release {parked.release} waits until the release {holder} of the same model has ended; "
            "then it begins by itself.",
            f"See what runs: {_COMMAND} watch {parked.model}. To make room: {_COMMAND} abort {parked.model}",
        ),
    )


def step_done(plan: ReleasePlan, judged: Judged, weight: int) -> Notice:
    """A step was passed: `weight` is the share that comes next, 100 when the version takes over."""
    share = "all calls" if weight == 100 else f"{weight} % of the calls"
    return Notice(
        f"Version {plan.version} of {plan.model} goes on to {weight} %",
        _lines(f"{judged.sentence} {_numbers(judged)} The version now gets {share}.", "Nothing is to be done."),
    )


def held(plan: ReleasePlan, judged: Judged) -> Notice:
    """Nothing was decided in time, or somebody asked to wait."""
    return Notice(
        f"The release of version {plan.version} of {plan.model} is held",
        _lines(
            f"{judged.sentence} {_numbers(judged)} {_share(judged.weight)}",
            f"The charter says release.inconclusive: {plan.policy.inconclusive}, so {_THEN[plan.policy.inconclusive]}.",
            f"Look at the evidence: {_COMMAND} show {plan.model} --page",
            f"To go on judging with a new deadline: {_COMMAND} resume {plan.model}",
            f"To put all calls back on the version before: {_COMMAND} abort {plan.model}",
        ),
    )


def frozen(release: Release, intent: Intent, alias: AliasState) -> Notice:
    """Somebody else has moved the alias: nothing is changed until a person has looked."""
    meant = _sent(intent.function_version, intent.candidate, intent.weight)
    return Notice(
        f"Version {release.version} of {release.model} is frozen: somebody changed its alias",
        _lines(
            f"The alias of {release.model} should send {meant}; "
            f"it sends {_found(alias)}. Serin did not do that, so it touches nothing.",
            f"To go on from what the release meant: {_COMMAND} resume {release.model}",
            f"To put all calls on the version before: {_COMMAND} abort {release.model}",
        ),
    )


def rolled_back(release: Release, judged: Judged | None) -> Notice:
    """A release has failed, and what it cost; `judged` is its last judgement."""
    before = "Nothing is live" if release.previous is None else f"All calls go to version {release.previous}"
    return Notice(
        f"Version {release.version} of {release.model} was rolled back",
        _lines(
            f"{_sentence(release.reason or 'no reason was noted')} {before}.",
            _cost(judged) if judged else "No caller was answered by it.",
            f"Look at the evidence: {_COMMAND} show {release.model} --release {release.id} --page",
            "Then mend the model and train again; the same version would be judged by the same rules.",
        ),
    )


def live(release: Release, judged: Judged | None) -> Notice:
    """A version has all calls now; `judged` is its last judgement, None where nothing was compared."""
    return Notice(
        f"Version {release.version} of {release.model} is live",
        _lines(
            f"All calls of {release.model} go to version {release.version}.",
            f"{judged.sentence} {_numbers(judged)}" if judged else "Nothing was compared: its golden requests passed.",
            f"To put the version before back: {_COMMAND} rollback {release.model}",
        ),
    )


def _way(plan: ReleasePlan) -> str:
    policy = plan.policy
    if plan.previous is None:
        return "Nothing is live yet to compare it with, so it gets all calls after its golden requests."
    if policy.strategy == "basic":
        return "It gets all calls at once, after its golden requests: the charter says strategy: basic."
    shadowed = f"It is first asked up to {policy.shadow.pairs} logged requests that the live version answered"
    if policy.strategy == "shadow":
        return f"{shadowed}; that decides. {_margin(policy)}"
    weights = ", then ".join(f"{weight} %" for weight in plan.weights)
    return f"{shadowed}; then it gets {weights} of the calls. {_margin(policy)}"


def _margin(policy: ReleasePolicy) -> str:
    calls = policy.shadow.pairs if policy.strategy == "shadow" else minimum_calls(policy)
    asked = f"To pass it must show that at most {policy.margins.error_rate:.4g} of its calls fail"
    return f"{asked}, which takes {calls:,} or more. If nothing is decided in time, {_THEN[policy.inconclusive]}."


def _numbers(judged: Judged) -> str:
    own, other = judged.candidate, judged.live
    if not own.calls:
        return ""
    beside = f"; the live version's {other.calls:,}, of which {other.failures:,} failed" if other.calls else ""
    return f"So far {own.calls:,} calls were the candidate's, of which {own.failures:,} failed{beside}."


def _share(weight: int) -> str:
    return f"It keeps {weight} % of the calls." if weight else "No caller is answered by it."


def _cost(judged: Judged) -> str:
    own = judged.candidate
    if not own.calls:
        return "No caller was answered by it."
    wrong = f"{own.failures:,} of them failed and {own.invalid:,} answers were invalid"
    return f"It answered {own.calls:,} calls of callers; {wrong}."


def _sent(function_version: str, candidate: str | None, weight: int) -> str:
    if candidate is None or not weight:
        return f"all calls to function version {function_version}"
    return f"{weight} % to function version {candidate} and the rest to {function_version}"


def _found(alias: AliasState) -> str:
    for candidate, weight in alias.weights.items():
        return _sent(alias.function_version, candidate, round(100 * weight))
    return _sent(alias.function_version, None, 0)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _lines(*lines: str) -> str:
    return "\n".join(" ".join(line.split()) for line in lines if line) + "\n"
