"""EventBridge Scheduler: rates, crons and single moments in any time zone, delivered with the schedule's role."""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.scheduler.models import Schedule, ScheduleGroup, scheduler_backends

from infra.local.clock import VirtualClock
from infra.local.events.moments import next_moment
from infra.local.events.scheduled_targets import Undeliverable, bury, deliver_scheduled
from infra.local.wiring import ACCOUNT

_log = logging.getLogger(__name__)

_FIRST_RETRY_S, _LONGEST_RETRY_S = 60.0, 3600.0
"""AWS backs off exponentially and does not say how; here by doubling a minute up to an hour."""


_SEEN_WITHIN_S = 60.0
_INSTANT_S = 1e-6


@dataclass
class _Plan:
    schedule: Schedule
    group: ScheduleGroup
    settings: tuple[Any, ...]
    due_s: float


@dataclass(frozen=True)
class _Invocation:
    schedule: Schedule
    scheduled_s: float
    execution_id: str
    attempt: int = 1


class Scheduler:
    """Fires the enabled schedules of all groups.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """

    def __init__(self, region: str, clock: VirtualClock) -> None:
        self._region = region
        self._clock = clock
        self._plans: dict[str, _Plan] = {}

    def due(self) -> float | None:
        """When the next enabled schedule fires."""
        first = min((plan.due_s for plan in self._enabled()), default=math.inf)
        return None if first == math.inf else first

    def fire(self, moment: float) -> None:
        """Invoke the target of the first schedule, by ARN, of those due at that moment."""
        plan = min((plan for plan in self._enabled() if plan.due_s <= moment), key=lambda plan: plan.schedule.arn)
        plan.due_s = _next(plan.schedule, moment)
        if plan.due_s == math.inf and plan.schedule.action_after_completion == "DELETE":
            plan.group.schedules.pop(plan.schedule.name, None)
        self._attempt(_Invocation(plan.schedule, moment, str(uuid.uuid4())))

    def _enabled(self) -> list[_Plan]:
        kept: dict[str, _Plan] = {}
        for group, schedule in self._schedules():
            plan, settings = self._plans.get(schedule.arn), _settings(schedule)
            if plan is None or plan.schedule is not schedule or plan.settings != settings:
                # A rate without a start date begins the moment it is put, which is a moment ago.
                since = max(schedule.last_modified_date, self._clock.time() - _SEEN_WITHIN_S) - _INSTANT_S
                plan = _Plan(schedule, group, settings, _next(schedule, since))
            kept[schedule.arn] = plan
        self._plans = kept
        return list(kept.values())

    def _schedules(self) -> Iterator[tuple[ScheduleGroup, Schedule]]:
        for group in list(scheduler_backends[ACCOUNT][self._region].schedule_groups.values()):
            for schedule in list(group.schedules.values()):
                if schedule.state == "ENABLED":
                    yield group, schedule

    def _attempt(self, invocation: _Invocation) -> None:
        schedule = invocation.schedule
        try:
            deliver_scheduled(schedule, invocation.scheduled_s, invocation.execution_id, invocation.attempt)
        except Undeliverable as error:
            _log.warning("schedule %s could not deliver: %s", schedule.name, error)
            bury(schedule, invocation.scheduled_s)
        except Exception as error:  # noqa: BLE001 - whatever a target says is retried, as its API might answer later
            _log.warning("schedule %s could not deliver: %s", schedule.name, error)
            self._again(invocation)

    def _again(self, invocation: _Invocation) -> None:
        policy = invocation.schedule.target["RetryPolicy"]
        pause = min(_LONGEST_RETRY_S, _FIRST_RETRY_S * 2 ** min(invocation.attempt - 1, 10))
        at = self._clock.time() + pause
        too_old = at > invocation.scheduled_s + float(policy.get("MaximumEventAgeInSeconds", 86400))
        if too_old or invocation.attempt > int(policy.get("MaximumRetryAttempts", 185)):
            bury(invocation.schedule, invocation.scheduled_s)
            return
        later = _Invocation(
            invocation.schedule, invocation.scheduled_s, invocation.execution_id, invocation.attempt + 1
        )
        self._clock.call_at(at, lambda _moment: self._attempt(later))


def _settings(schedule: Schedule) -> tuple[Any, ...]:
    """What a new moment has to be computed for when it changes."""
    return (
        schedule.schedule_expression,
        schedule.schedule_expression_timezone,
        schedule.start_date,
        schedule.end_date,
        schedule.last_modified_date,
    )


def _next(schedule: Schedule, after_s: float) -> float:
    """The schedule's next moment, within its dates; infinite when there is none."""
    expression, zone = schedule.schedule_expression, schedule.schedule_expression_timezone
    start, end = _seconds(schedule.start_date), _seconds(schedule.end_date)
    since = schedule.last_modified_date if start is None else start
    if expression.startswith("rate(") and after_s < since:
        found: float | None = since
    else:
        after = after_s if start is None or expression.startswith("at(") else max(after_s, start - _INSTANT_S)
        found = next_moment(expression, since, after, zone)
    return math.inf if found is None or (end is not None and found > end) else found


def _seconds(date: Any) -> float | None:
    """moto keeps what was sent: seconds, or text."""
    if date in (None, ""):
        return None
    try:
        return float(date)
    except ValueError:
        found = datetime.fromisoformat(str(date).replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
