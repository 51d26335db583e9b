"""What a schedule of EventBridge Scheduler delivers, to what, and whether its role may."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.models import events_backends
from moto.scheduler.models import Schedule

from infra.local.events.moments import next_moment, zone_of
from infra.local.events.targets import deliver, kind_of
from infra.local.iam.errors import AccessDenied
from infra.local.wiring import ACCOUNT, wiring
from serin.domain.errors import Invalid, SerinError

_log = logging.getLogger(__name__)

_ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
    "event-bus": "events:PutEvents",
}


class Undeliverable(Exception):
    """Trying again would not help."""


def check_schedule(expression: str, zone: str | None, window: dict[str, Any], target: dict[str, Any]) -> None:
    """Raise Invalid for a schedule the local cloud cannot run as it is meant."""
    zone_of(zone or "UTC")
    next_moment(expression, 0.0, 0.0, zone or "UTC")
    if (window or {}).get("Mode", "OFF") != "OFF":
        raise Invalid("The schedule has a flexible time window.", "Set its Mode to OFF: the local cloud is punctual.")
    unknown = set(target) - {
        "Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig", "SqsParameters", "EventBridgeParameters"
    }  # fmt: skip
    if unknown:
        raise Invalid(
            f"The schedule's target has {', '.join(sorted(unknown))}.", "The local cloud does not deliver so."
        )
    if kind_of(target["Arn"]) == "event-bus" and "EventBridgeParameters" not in target:
        raise Invalid("The schedule's target is a bus.", "Give it EventBridgeParameters: Source and DetailType.")


def deliver_scheduled(schedule: Schedule, moment_s: float, execution_id: str, attempt: int) -> None:
    """Invoke the target once; raises Undeliverable when the role may not or the target cannot be."""
    target = schedule.target
    arn, kind = target["Arn"], kind_of(target["Arn"])
    try:
        wiring().guard.role_may(target["RoleArn"], _ACTIONS[kind], arn)
    except AccessDenied as error:
        raise Undeliverable(str(error)) from error
    text = _input(schedule, moment_s, execution_id, attempt)
    try:
        if kind == "event-bus":
            _put_event(arn, text, target["EventBridgeParameters"])
        else:
            deliver(arn, text, target)
    except SerinError as error:
        raise Undeliverable(str(error)) from error


def bury(schedule: Schedule, moment_s: float) -> None:
    """Send what could not be delivered to the schedule's dead-letter queue, if it has one its role may send to."""
    queue = (schedule.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    try:
        wiring().guard.role_may(schedule.target["RoleArn"], _ACTIONS["sqs"], queue)
        deliver(queue, _input(schedule, moment_s, "", 0))
    except SerinError as error:
        _log.warning("schedule %s lost an invocation: %s", schedule.name, error)


def _input(schedule: Schedule, moment_s: float, execution_id: str, attempt: int) -> str:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    text = schedule.target.get("Input")
    if text is None:
        return json.dumps(_default(schedule, moment_s))
    for name, value in {
        "schedule-arn": schedule.arn,
        "scheduled-time": _stamp(moment_s),
        "execution-id": execution_id,
        "attempt-number": str(attempt),
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return str(text)


def _default(schedule: Schedule, moment_s: float) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": _stamp(moment_s),
        "region": wiring().region,
        "resources": [schedule.arn],
        "detail": "{}",
    }


def _put_event(bus_arn: str, text: str, parameters: dict[str, Any]) -> None:
    region, account, resource = bus_arn.split(":", 5)[3:]
    bus = events_backends[account][region].describe_event_bus(resource.removeprefix("event-bus/"))
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": parameters["DetailType"],
        "source": parameters["Source"],
        "account": ACCOUNT,
        "time": wiring().clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [],
        "detail": json.loads(text),
    }
    wiring().router.publish(bus, event)


def _stamp(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
