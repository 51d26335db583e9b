"""EventBridge Scheduler: what nothing could run is refused when it is put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule

from infra.local.events.scheduled_targets import check_schedule
from infra.local.patches.registry import wrap
from serin.domain.errors import Invalid


@wrap(EventBridgeSchedulerBackend, "create_schedule")
def create_schedule(original: Callable[..., Schedule], backend: EventBridgeSchedulerBackend, **wanted: Any) -> Schedule:
    """moto takes any text for a schedule, and fails without a name for a group that is not there."""
    if (wanted.get("group_name") or "default") not in backend.schedule_groups:
        raise ScheduleGroupNotFound(wanted["group_name"])
    _check(wanted)
    return original(backend, **wanted)


@wrap(EventBridgeSchedulerBackend, "update_schedule")
def update_schedule(original: Callable[..., Schedule], backend: EventBridgeSchedulerBackend, **wanted: Any) -> Schedule:
    """moto takes any text for a schedule, and a state of None for one that is not given."""
    _check(wanted)
    return original(backend, **{**wanted, "state": wanted.get("state") or "ENABLED"})


def _check(wanted: dict[str, Any]) -> None:
    try:
        check_schedule(
            wanted["schedule_expression"],
            wanted.get("schedule_expression_timezone"),
            wanted["flexible_time_window"],
            wanted["target"],
        )
    except Invalid as error:
        raise ValidationException(f"Invalid Schedule Expression {wanted['schedule_expression']}. {error}") from error
