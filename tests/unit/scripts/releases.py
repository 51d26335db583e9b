"""A release as the API answers it, judged by the judge itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from serin.domain.judgement.release import judge_release
from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, Shadow, StepEvidence
from serin.domain.records import as_record
from serin.domain.release_record import Judged, Shift
from serin.domain.release_seen import ReleaseSeen, release_seen
from serin.domain.releases import ReleaseStep
from tests.builders import NOON, a_plan, a_release

PLAN = a_plan()
SHADOW = Shadow(600, 0, 40)


def judgements(steps: Sequence[StepEvidence]) -> list[Judged]:
    """One of the shadow, then one after each of these."""
    made, looked_at = [], 0
    for number in range(len(steps) + 1):
        seen = [step for step in steps[:number] if step.weight == 10][-1:]
        seen += [step for step in steps[:number] if step.weight == 50][-1:]
        verdict = judge_release(ReleaseEvidence((10, 50), seen, SHADOW, looked_at=looked_at), PLAN.policy)
        looked_at, last = verdict.looked_at, seen[-1] if seen else None
        made.append(
            Judged(
                *("rel1", number + 1, NOON + timedelta(minutes=10 * (number + 1)), "canary" if seen else "shadow"),
                *(last.weight if last else 0, verdict.outcome, verdict.sentence, verdict.checks),
                *(verdict.against, verdict.enough, verdict.step_done, verdict.missing_calls, looked_at),
                candidate=last.candidate if last else Counts(),
                live=last.live if last else Counts(),
            )
        )
    return made


def answer(steps: Sequence[StepEvidence], **release: Any) -> dict[str, Any]:
    """What the API answers of a release that went through these."""
    weights = dict.fromkeys(step.weight for step in steps)
    moved = {
        step.weight: NOON + timedelta(minutes=10 * number + 11) for number, step in reversed(list(enumerate(steps)))
    }
    return {
        "release": as_record(a_release(**{"status": "running", "version": 2, "previous": 1, **release})),
        "plan": as_record(PLAN),
        "shifts": [as_record(Shift("rel1", weight, moved[weight], moved[weight])) for weight in weights],
        "steps": [as_record(ReleaseStep("rel1", "golden", NOON, "6 golden rows answered as expected"))],
        "judged": [as_record(judged) for judged in judgements(steps)],
    }


def seen(steps: Sequence[StepEvidence], **release: Any) -> ReleaseSeen:
    """The same, read."""
    return release_seen(answer(steps, **release))


RUNNING = [StepEvidence(10, Counts(20, 1), Counts(180, 0)), StepEvidence(10, Counts(40, 1), Counts(360, 1))]
FAILED = [*RUNNING, StepEvidence(10, Counts(50, 8), Counts(450, 1))]
