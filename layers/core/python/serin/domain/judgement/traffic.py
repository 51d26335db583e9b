"""What both versions of a release did, counted from invocations: calls at each weight, runs of failures, starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from serin.domain.invocations import CallOutcome, Invocation, call_of
from serin.domain.judgement.release_evidence import Counts, StepEvidence

Side = Literal["candidate", "live"]


@dataclass(frozen=True)
class Sides:
    """The function versions of a release's two sides."""

    candidate: str
    live: str | None

    def of(self, invocation: Invocation) -> Side | None:
        """Whose invocation it is; None for a version that has nothing to do with the release."""
        if invocation.function_version == self.candidate:
            return "candidate"
        return "live" if invocation.function_version == self.live else None


@dataclass(frozen=True)
class Window:
    """The candidate had `weight` percent of the calls that began from `begin` on and before `end`."""

    weight: int
    begin: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a call that began then is among them."""
        return self.begin <= at < self.end


@dataclass(frozen=True)
class Call:
    """A caller's first attempt, and what one version made of it."""

    at: datetime
    side: Side
    outcome: CallOutcome


def first_attempts(invocations: Sequence[Invocation], sides: Sides) -> list[Call]:
    """The calls of traffic in order of time, of each client's key only the first.

    A process that dies logs no key: each of its failures counts, since each drew its version anew.
    """
    calls, seen = [], set()
    for invocation in invocations:
        outcome, side = call_of(invocation), sides.of(invocation)
        if outcome is None or side is None or invocation.key in seen:
            continue
        if invocation.key is not None:
            seen.add(invocation.key)
        calls.append(Call(invocation.at, side, outcome))
    return calls


def steps_of(calls: Sequence[Call], windows: Iterable[Window]) -> list[StepEvidence]:
    """The counts of each window; what began outside every window is left out."""
    return [
        StepEvidence(
            window.weight,
            _counts(call for call in calls if call.side == "candidate" and window.holds(call.at)),
            _counts(call for call in calls if call.side == "live" and window.holds(call.at)),
        )
        for window in windows
    ]


def with_unlogged(steps: Sequence[StepEvidence], unlogged: Mapping[Side, int]) -> list[StepEvidence]:
    """The same, with failures that Lambda counts and no log tells of: they are calls of the last step."""
    if not steps:
        return []
    last = steps[-1]
    candidate = _failed(last.candidate, unlogged.get("candidate", 0))
    return [*steps[:-1], replace(last, candidate=candidate, live=_failed(last.live, unlogged.get("live", 0)))]


def longest_run(calls: Iterable[Call]) -> int:
    """The most calls of the candidate that failed one after the other while no live call failed in between."""
    longest = run = 0
    for call in calls:
        if call.side == "candidate":
            run = run + 1 if call.outcome == "failure" else 0
        elif call.outcome == "failure":
            run = 0
        longest = max(longest, run)
    return longest


def start_failure(invocations: Iterable[Invocation], sides: Sides) -> str | None:
    """What the candidate said when it could not start; None where the live version could not either."""
    said: dict[Side, str] = {}
    for invocation in invocations:
        side = sides.of(invocation)
        if invocation.purpose == "start" and side is not None:
            said.setdefault(side, invocation.error or "it did not say why")
    return None if "live" in said else said.get("candidate")


def _counts(calls: Iterable[Call]) -> Counts:
    outcomes = [call.outcome for call in calls]
    return Counts(len(outcomes), outcomes.count("failure"), outcomes.count("invalid"))


def _failed(counts: Counts, more: int) -> Counts:
    return replace(counts, calls=counts.calls + more, failures=counts.failures + more)
