"""Serin's rule: the product's judge, called at every reading with what a workflow would hand it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benches.releasing.outcomes import End, Status
from benches.releasing.world import CALLS_PER_SANDBOX, MOST_SANDBOXES, PAIRS, REUSED, SHADOW_SANDBOXES, Readings, World
from serin.domain.judgement.release import ReleaseVerdict, judge_release
from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, SandboxPair, Shadow, StepEvidence, Stops
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.measures.arrays import Mask

POLICY = ReleasePolicy()
STEPS = POLICY.canary.steps
PAIRS_A_READING = 50
EVERY_READING = 50


def serin(world: World) -> End:
    """Shadow, then the canary's steps, as far as the judge lets it go.

    Callers are answered by some of the sandboxes that the shadow asked first, and by others when these have gone.
    """
    own, live = world.hosts(MOST_SANDBOXES), world.hosts(MOST_SANDBOXES)
    asked = zip(world.over(own + world.case.slow_in_shadow), world.over(live), strict=True)
    shadowed = [SandboxPair(*over) for over in asked][:SHADOW_SANDBOXES]
    fresh = slice(SHADOW_SANDBOXES - REUSED, None)
    answered = zip(world.over(own[fresh] + world.case.slow), world.over(live[fresh]), strict=True)
    called = [SandboxPair(*over, "callers", number < REUSED) for number, over in enumerate(answered)]
    evidence, verdict = _shadowed(world, ReleaseEvidence(STEPS), shadowed)
    pairs = evidence.shadow.pairs if evidence.shadow else 0
    start = 0
    while verdict.step_done and len(evidence.steps) < len(STEPS):
        evidence, verdict, start = _stepped(world, evidence, called, start)
    failed = evidence.candidate.failures
    return End(_status(verdict), start, failed, pairs)


def _shadowed(
    world: World, evidence: ReleaseEvidence, sandboxes: list[SandboxPair]
) -> tuple[ReleaseEvidence, ReleaseVerdict]:
    worse, better, differ = world.shadow()
    for end in range(PAIRS_A_READING, PAIRS + 1, PAIRS_A_READING):
        shadow = _pairs(worse[:end], better[:end], differ[:end])
        seen = sandboxes if end == PAIRS else ()
        evidence = replace(evidence, shadow=shadow, sandboxes=seen)
        verdict = judge_release(evidence, POLICY)
        if verdict.outcome != "continue":
            break
    return evidence, verdict


def _pairs(worse: Mask, better: Mask, differ: Mask) -> Shadow:
    counts = {1.0: int(worse.sum()), -1.0: int(better.sum())}
    counts[0.0] = len(worse) - counts[1.0] - counts[-1.0]
    return Shadow(len(worse), 0, int(differ.sum()), counts)


def _stepped(
    world: World, evidence: ReleaseEvidence, called: list[SandboxPair], start: int
) -> tuple[ReleaseEvidence, ReleaseVerdict, int]:
    """Read the next step until the judge says something else than that more calls are needed."""
    before, calls_before, at = evidence.steps, evidence.candidate.calls, len(evidence.steps)
    last = at == len(STEPS) - 1
    readings, seen = world.read(STEPS[at], start, last=last, by_lines=True), evidence.sandboxes
    after = 0
    for number in _numbers(len(readings.after), start // world.every):
        after = int(readings.after[number])
        step = _step(readings, number, STEPS[at])
        began = (calls_before + step.candidate.calls) // CALLS_PER_SANDBOX
        sandboxes = (*seen, *called[calls_before // CALLS_PER_SANDBOX : began])
        stops = Stops(int(readings.longest_run[number]))
        evidence = replace(evidence, steps=(*before, step), sandboxes=sandboxes, stops=stops)
        verdict = judge_release(evidence, POLICY)
        evidence = replace(evidence, looked_at=verdict.looked_at)
        if verdict.outcome != "continue" or verdict.step_done:
            return evidence, verdict, start + after
    steps = evidence.steps if after else (*before, StepEvidence(STEPS[at]))
    ended = replace(evidence, steps=steps, deadline_passed=True)
    return ended, judge_release(ended, POLICY), start + after


def _numbers(count: int, before: int) -> Iterator[int]:
    """Which readings are judged: each at first, every fourth after `EVERY_READING`, as a workflow's waits grow."""
    return (number for number in range(count) if before + number < EVERY_READING or number % 4 == 3)


def _step(readings: Readings, number: int, weight: int) -> StepEvidence:
    own = Counts(int(readings.calls[number]), int(readings.failures[number]), int(readings.invalid[number]))
    live = Counts(int(readings.live_calls[number]), int(readings.live_failures[number]))
    return StepEvidence(weight, own, live)


def _status(verdict: ReleaseVerdict) -> Status:
    statuses: dict[str, Status] = {"pass": "promoted", "fail": "rolled_back"}
    return statuses.get(verdict.outcome, "held")
