"""What a release has shown, from the lines its versions have logged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from serin.adapters.memory.metrics import Counted, MemoryMetrics
from serin.domain.judgement.release_evidence import Counts, ReleaseEvidence, SandboxPair, Shadow, WarmCalls
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.ports import Alarm
from serin.services.steps.release_evidence import gather
from tests.unit.services.logging_traffic import CANDIDATE, LIVE, MODEL, Traffic, moment

PLAN = ReleasePlan(
    model=MODEL,
    release="rel-1",
    version=2,
    function_version=CANDIDATE,
    previous=LIVE,
    policy=ReleasePolicy(),
    weights=(10, 50),
    latency_ms=100.0,
    began=moment(-600),
)
TENTH = Shift("rel-1", 10, moment(0), moment(2))
HALF = Shift("rel-1", 50, moment(600), moment(603))
ALL = Shift("rel-1", 100, moment(1200), moment(1201))


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


def gathered(
    traffic: Traffic,
    shifts: Sequence[Shift] = (TENTH,),
    *,
    at: float = 590,
    metrics: MemoryMetrics | None = None,
    plan: ReleasePlan = PLAN,
    last: Judged | None = None,
) -> ReleaseEvidence:
    return gather(plan, shifts, last, moment(at), lake=traffic.lake, metrics=metrics or MemoryMetrics())


def counts(evidence: ReleaseEvidence) -> list[tuple[int, Counts, Counts]]:
    return [(step.weight, step.candidate, step.live) for step in evidence.steps]


def test_calls_are_counted_by_version_and_by_what_became_of_them(traffic: Traffic) -> None:
    for second in (20, 21, 22):
        traffic.answered(LIVE, second)
    traffic.answered(CANDIDATE, 23)
    traffic.raised(CANDIDATE, 24)
    traffic.died(CANDIDATE, 25)
    traffic.died(LIVE, 26, status="timeout")
    traffic.refused(CANDIDATE, 27, 503)
    traffic.refused(CANDIDATE, 28, 422)
    traffic.answered(CANDIDATE, 29, score=None)
    traffic.answered(CANDIDATE, 30, score=1.5)
    assert counts(gathered(traffic)) == [(10, Counts(7, failures=3, invalid=3), Counts(4, failures=1))]


def test_what_was_no_callers_is_no_call(traffic: Traffic) -> None:
    for step in ("golden", "replay", "shadow"):
        traffic.replayed(CANDIDATE, 20, step)
        traffic.died(CANDIDATE, 21, step=step)
    traffic.answered(CANDIDATE, 22, shadow="rel-1")
    for status in (401, 403):
        traffic.refused(CANDIDATE, 23, status)
    traffic.answered("6", 24)
    assert counts(gathered(traffic)) == [(10, Counts(), Counts())]


def test_calls_belong_to_the_weight_they_began_at_and_those_around_a_move_to_none(traffic: Traffic) -> None:
    outside = (-1, 0, 1, 6.9, 600, 602, 607.9)
    for second in (*outside, 7, 599.9, 608, 700):
        traffic.answered(CANDIDATE, second)
    found = counts(gathered(traffic, (TENTH, HALF), at=900))
    assert found == [(10, Counts(2), Counts()), (50, Counts(2), Counts())]


def test_a_call_that_ended_after_the_move_had_begun_before_it(traffic: Traffic) -> None:
    traffic.died(CANDIDATE, 595, status="timeout")
    traffic.report(CANDIDATE, "slow", 590, 29_000.0, status="timeout")
    traffic.report(CANDIDATE, "cold", 590, 9_000.0, init=5_000.0, status="error")
    assert counts(gathered(traffic, (TENTH, HALF), at=900)) == [(10, Counts(3, 3), Counts()), (50, Counts(), Counts())]


def test_calls_of_the_last_minute_wait_and_late_lines_are_counted_when_they_are_there(traffic: Traffic) -> None:
    traffic.late = True
    traffic.answered(CANDIDATE, 20)
    traffic.died(CANDIDATE, 100)
    assert counts(gathered(traffic, at=120)) == [(10, Counts(), Counts())]
    traffic.deliver()
    assert counts(gathered(traffic, at=120)) == [(10, Counts(1), Counts())]
    assert counts(gathered(traffic, at=161)) == [(10, Counts(2, 1), Counts())]


def test_lines_that_are_delivered_twice_count_once(traffic: Traffic) -> None:
    traffic.late = True
    traffic.answered(CANDIDATE, 20)
    traffic.died(LIVE, 21)
    traffic.refused(CANDIDATE, 22)
    traffic.deliver(times=2)
    assert counts(gathered(traffic)) == [(10, Counts(2, invalid=1), Counts(1, 1))]


def test_rows_of_one_request_are_one_call_and_one_impossible_answer_spoils_it(traffic: Traffic) -> None:
    call = traffic.answered(CANDIDATE, 20)
    row = {"prediction_id": "second", "request_id": "g", "invocation": call, "at": "2013-04-01T12:00:20Z"}
    traffic.say(CANDIDATE, 1, {**row, "model": MODEL, "score": float("1e9"), "label": True})
    assert counts(gathered(traffic)) == [(10, Counts(1, invalid=1), Counts())]


def test_only_the_first_call_of_a_key_counts_whoever_answered_it(traffic: Traffic) -> None:
    traffic.refused(LIVE, 20, 503, key="k1")
    traffic.answered(CANDIDATE, 21, key="k1")
    traffic.refused(CANDIDATE, 22, 503, key="k2")
    traffic.answered(LIVE, 23, key="k2")
    traffic.answered(LIVE, 602, key="k3")
    traffic.answered(CANDIDATE, 700, key="k3")
    found = counts(gathered(traffic, (TENTH, HALF), at=900))
    assert found == [(10, Counts(1, 1), Counts(1, 1)), (50, Counts(), Counts())]


def test_failures_that_no_line_tells_of_are_counted_by_lambda_and_belong_to_the_last_step(traffic: Traffic) -> None:
    traffic.raised(CANDIDATE, 100)
    traffic.died(LIVE, 101)
    traffic.refused(CANDIDATE, 102, 500)
    metrics = MemoryMetrics(
        [
            Counted(MODEL, "Errors", CANDIDATE, moment(100), 4),
            Counted(MODEL, "Errors", LIVE, moment(101), 1),
            # In a minute that had begun before the calls were split, and in one that is not over.
            Counted(MODEL, "Errors", LIVE, moment(5), 9),
            Counted(MODEL, "Errors", CANDIDATE, moment(845), 9),
        ]
    )
    found = counts(gathered(traffic, (TENTH, HALF), at=900, metrics=metrics))
    assert found == [(10, Counts(2, 2), Counts(1, 1)), (50, Counts(3, 3), Counts())]


def test_repeats_of_a_failing_call_are_no_failures_that_no_line_tells_of(traffic: Traffic) -> None:
    for second in (100, 101, 102):
        traffic.raised(CANDIDATE, second, key="k1")
    metrics = MemoryMetrics([Counted(MODEL, "Errors", CANDIDATE, moment(100), 3)])
    assert counts(gathered(traffic, metrics=metrics)) == [(10, Counts(1, 1), Counts())]


def test_after_the_promotion_the_steps_stay_as_they_were(traffic: Traffic) -> None:
    for second in (20, 700, 1300, 1301):
        traffic.answered(CANDIDATE, second)
    for second in (1302, 1303):
        traffic.died(CANDIDATE, second)
    evidence = gathered(traffic, (TENTH, HALF, ALL), at=1500)
    assert counts(evidence) == [(10, Counts(1), Counts()), (50, Counts(1), Counts())]
    assert evidence.stops.longest_run == 2


def test_a_run_of_failures_is_of_the_present_weight_and_ends_where_the_live_version_fails_too(
    traffic: Traffic,
) -> None:
    for second in (20, 21, 22, 700, 702):
        traffic.died(CANDIDATE, second)
    traffic.answered(LIVE, 701)
    assert gathered(traffic).stops.longest_run == 3
    assert gathered(traffic, (TENTH, HALF), at=900).stops.longest_run == 2
    traffic.died(LIVE, 701.5)
    assert gathered(traffic, (TENTH, HALF), at=900).stops.longest_run == 1


def test_a_start_that_fails_for_good_stops_unless_the_live_version_cannot_start_either(traffic: Traffic) -> None:
    traffic.could_not_start(CANDIDATE, 20, phase="init")
    assert gathered(traffic).stops.init_failure is None
    traffic.could_not_start(CANDIDATE, 21)
    assert gathered(traffic).stops.init_failure == "Runtime.ImportModuleError"
    traffic.could_not_start(LIVE, 22)
    assert gathered(traffic).stops.init_failure is None


@pytest.mark.parametrize(("before", "second", "throttled"), [(0, 100, True), (0, -900, False), (3, 100, False)])
def test_throttling_counts_when_it_began_with_the_release(
    traffic: Traffic, before: int, second: float, throttled: bool
) -> None:
    metrics = MemoryMetrics([Counted(MODEL, "Throttles", LIVE, moment(second))])
    plan = ReleasePlan(**{**vars(PLAN), "throttles": before})
    assert gathered(traffic, metrics=metrics, plan=plan).stops.throttled is throttled


def test_an_alarm_counts_that_fires_for_the_candidate_and_did_not_before(traffic: Traffic) -> None:
    alarms = [
        Alarm("new", "ALARM", (CANDIDATE,)),
        Alarm("old", "ALARM", (CANDIDATE,)),
        Alarm("of the live version", "ALARM", (LIVE,)),
        Alarm("of nobody", "ALARM"),
        Alarm("quiet", "OK", (CANDIDATE,)),
        Alarm("blind", "INSUFFICIENT_DATA", (CANDIDATE,)),
    ]
    plan = ReleasePlan(**{**vars(PLAN), "alarms": ("old",)})
    metrics = MemoryMetrics(known={MODEL: alarms})
    assert gathered(traffic, metrics=metrics, plan=plan).stops.alarms == ("new",)


def test_sandboxes_of_the_shadow_and_of_callers_are_held_against_each_other_by_their_warm_calls(
    traffic: Traffic,
) -> None:
    for number in range(25):
        second = -400 + number
        traffic.answered(LIVE, second, 150.0 if number < 1 else 50.0, sandbox=2, shadow="rel-1")
        traffic.answered(CANDIDATE, second, 150.0 if number < 22 else 50.0, sandbox=3, shadow="rel-1")
        traffic.answered(CANDIDATE, second, sandbox=4, shadow="rel-1")
        traffic.answered(LIVE, second - 100, 150.0, sandbox=1)
    before = gathered(traffic, (), at=-60)
    assert (before.sandboxes, before.warm) == ([SandboxPair(20, 1)], WarmCalls())
    traffic.answered(CANDIDATE, 10, 900.0, sandbox=5, init=400.0)
    for number in range(25):
        traffic.answered(CANDIDATE, 20 + number, 150.0 if number < 2 else 50.0, sandbox=5)
        traffic.answered(LIVE, 20.5 + number, 150.0 if number < 4 else 50.0, sandbox=1)
    after = gathered(traffic)
    assert after.sandboxes == [SandboxPair(20, 1), SandboxPair(2, 4, "callers")]
    assert after.warm == WarmCalls(25, 2, 25, 4)


def test_before_any_traffic_the_shadow_speaks(traffic: Traffic) -> None:
    traffic.died(CANDIDATE, -400, step="shadow")
    shadow = Shadow(pairs=3, failures=1)
    found = gather(
        PLAN,
        (),
        None,
        moment(-100),
        lake=traffic.lake,
        metrics=MemoryMetrics(),
        shadow=shadow,
        longest_run_of_shadow=4,
    )
    assert (found.steps, found.shadow, found.stops.longest_run) == ([], shadow, 4)


def test_a_planned_look_is_not_taken_twice(traffic: Traffic) -> None:
    last = Judged("rel-1", 3, moment(500), "canary", 50, "continue", "…", (), 0.1, 20.0, looked_at=300)
    assert gathered(traffic, last=last).looked_at == 300
    assert gathered(traffic).looked_at == 0


def test_a_release_that_runs_over_midnight_is_read_whole(traffic: Traffic) -> None:
    traffic.answered(CANDIDATE, 100)
    traffic.answered(CANDIDATE, timedelta(hours=13).total_seconds())
    evidence = gathered(traffic, at=timedelta(hours=14).total_seconds())
    assert counts(evidence) == [(10, Counts(2), Counts())]
