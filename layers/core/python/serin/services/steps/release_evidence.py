"""What a running release has shown so far, put together from the lake and from CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from serin.domain.invocations import Invocation
from serin.domain.judgement.release_evidence import ReleaseEvidence, Shadow, Stops
from serin.domain.judgement.sandbox_calls import paired_sandboxes
from serin.domain.judgement.traffic import (
    Call,
    Side,
    Sides,
    Window,
    first_attempts,
    longest_run,
    start_failure,
    steps_of,
    with_unlogged,
)
from serin.domain.release_record import ON_THEIR_WAY, Judged, ReleasePlan, Shift
from serin.ports import Metrics, ObjectStore
from serin.services.steps.logged_invocations import invocation_keys, read_invocations

SETTLING = timedelta(seconds=5)
"""For so long after the alias was moved, calls may still be shared as before."""
_SIDES: tuple[Side, ...] = ("candidate", "live")
_ALL = 100
_MINUTE = timedelta(minutes=1)


def gather(
    plan: ReleasePlan,
    shifts: Sequence[Shift],
    last: Judged | None,
    now: datetime,
    *,
    lake: ObjectStore,
    metrics: Metrics,
    shadow: Shadow | None = None,
    longest_run_of_shadow: int = 0,
) -> ReleaseEvidence:
    """The evidence on a release at this moment; everything is read again, so that what came late is counted too.

    `shadow` is what the stored pairs show, and `longest_run_of_shadow` how many replays failed in a row; without any
    traffic it is that run which may stop the release. Whether the deadline has passed is the caller's to add.
    """
    until = now - ON_THEIR_WAY
    log = _Log(plan, shifts, until, _invocations(plan.model, plan.began, until, lake))
    unlogged = {side: log.unlogged(side, metrics) for side in _SIDES} if log.windows else {}
    sandboxes, warm = paired_sandboxes(log.invocations, log.sides, plan.latency_ms, log.traffic_since)
    return ReleaseEvidence(
        planned=plan.weights,
        steps=with_unlogged(steps_of(log.calls, log.windows), unlogged),
        shadow=shadow,
        sandboxes=sandboxes,
        warm=warm,
        stops=Stops(
            longest_run=longest_run(log.calls_at_present) if shifts else longest_run_of_shadow,
            init_failure=start_failure(log.invocations, log.sides),
            throttled=_throttled(plan, until, metrics),
            alarms=_alarms(plan, metrics),
        ),
        looked_at=last.looked_at if last else 0,
    )


@dataclass(frozen=True)
class _Log:
    """What the log has of a release until a moment."""

    plan: ReleasePlan
    shifts: Sequence[Shift]
    until: datetime
    invocations: Sequence[Invocation]

    @property
    def sides(self) -> Sides:
        """Who the candidate is, and who serves."""
        return Sides(self.plan.function_version, self.plan.previous)

    @cached_property
    def calls(self) -> list[Call]:
        """First attempts since the candidate has had a share."""
        since = self.traffic_since
        began = [one for one in self.invocations if since is not None and one.at >= since]
        return first_attempts(began, self.sides)

    @property
    def traffic_since(self) -> datetime | None:
        """When the alias was meant to give the candidate a share; None before."""
        return self.shifts[0].began if self.shifts else None

    @cached_property
    def windows(self) -> list[Window]:
        """Each weight below all traffic, without the moments around a change of the alias."""
        ends = [*(shift.began for shift in self.shifts[1:]), self.until]
        spans = [(shift, shift.moved + SETTLING, end) for shift, end in zip(self.shifts, ends, strict=False)]
        return [Window(shift.weight, begin, max(begin, end)) for shift, begin, end in spans if shift.weight < _ALL]

    @property
    def calls_at_present(self) -> Iterator[Call]:
        """Those since the alias was moved last."""
        begin = self.shifts[-1].moved + SETTLING
        return (call for call in self.calls if begin <= call.at < self.until)

    def unlogged(self, side: Side, metrics: Metrics) -> int:
        """How many more failures Lambda counts in the whole minutes of the split than the log tells of in all of it.

        Where both draw the line a little differently, a failure is rather overlooked than counted twice.
        """
        version = self.sides.candidate if side == "candidate" else self.sides.live
        start, end = _next_minute(self.windows[0].begin), self.windows[-1].end.replace(second=0, microsecond=0)
        if version is None or start >= end:
            return 0
        logged = sum(
            one.failed_on_lambda
            and one.function_version == version
            and one.purpose in {None, "traffic"}
            and self.shifts[0].began <= one.at < self.windows[-1].end
            for one in self.invocations
        )
        return max(0, metrics.sums(self.plan.model, "Errors", version, start, end) - logged)


def _throttled(plan: ReleasePlan, until: datetime, metrics: Metrics) -> bool:
    """Whether calls have been throttled since the release began, and none in the hour before."""
    if plan.throttles or until <= plan.began:
        return False
    return metrics.sums(plan.model, "Throttles", None, plan.began, until) > 0


def _alarms(plan: ReleasePlan, metrics: Metrics) -> tuple[str, ...]:
    return tuple(
        alarm.name
        for alarm in metrics.alarms(plan.model)
        if alarm.state == "ALARM" and alarm.name not in plan.alarms and plan.function_version in alarm.function_versions
    )


def _invocations(model: str, since: datetime, until: datetime, lake: ObjectStore) -> list[Invocation]:
    """All that began from `since` on and before `until`, each once."""
    whole = read_invocations(invocation_keys(model, since, until, lake=lake), lake=lake)
    return [invocation for invocation in whole if since <= invocation.at < until]


def _next_minute(at: datetime) -> datetime:
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == at else minute + _MINUTE
