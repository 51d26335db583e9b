"""Delivering to what rules, destinations and dead-letter settings name by ARN."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from moto.events.models import events_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.local.iam.errors import AccessDenied
from infra.local.wiring import wiring
from serin.domain.errors import Invalid

KINDS = ("sqs", "lambda", "states", "event-bus")
_EVENTS = "events.amazonaws.com"
_ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "event-bus": "events:PutEvents"}


def kind_of(arn: str) -> str:
    """Which of `KINDS` an ARN is; raises Invalid for a target the local cloud has no delivery to."""
    parts = arn.split(":")
    service = parts[2] if len(parts) > 5 else arn
    if service == "events" and parts[5].startswith("event-bus/"):
        return "event-bus"
    if service in {"sqs", "lambda", "states"}:
        return service
    raise Invalid(
        f"The local cloud has no delivery to {arn}.",
        f"Use one of {', '.join(KINDS)}, or add the kind to infra/local/events/targets.py.",
    )


def deliver(
    arn: str, text: str, settings: Mapping[str, Any] | None = None, event: Mapping[str, Any] | None = None
) -> None:
    """Hand `text` to the target; raises the target's own error when it is not there."""
    region, account, resource = arn.split(":", 5)[3:]
    kind = kind_of(arn)
    if kind == "lambda":
        wiring().invocations.send(arn, text.encode())
    elif kind == "sqs":
        group = ((settings or {}).get("SqsParameters") or {}).get("MessageGroupId")
        sqs_backends[account][region].send_message(resource, text, group_id=group)
    elif kind == "states":
        name = f"{(event or {}).get('id', uuid.uuid4())}_{uuid.uuid4().hex[:32]}"
        stepfunctions_parser_backends[account][region].start_execution(arn, name, text)
    else:
        _forward(arn, json.loads(text) if event is None else event)


def check_permission(target: Mapping[str, Any], rule_arn: str) -> None:
    """Raise unless EventBridge may deliver for the rule: by the target's own policy, or as the role the rule gives it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    arn = target["Arn"]
    kind = kind_of(arn)
    if kind == "states" or (kind == "event-bus" and target.get("RoleArn")):
        _check_role(arn, "states:StartExecution" if kind == "states" else "events:PutEvents", target.get("RoleArn"))
    else:
        wiring().guard.service_may(_EVENTS, _ACTIONS[kind], arn, rule_arn)


def _check_role(arn: str, action: str, role_arn: str | None) -> None:
    if not role_arn:
        raise Invalid(f"The rule gives no role for {arn}.", "Name one in the target's RoleArn.")
    if not wiring().guard.service_may_assume(_EVENTS, role_arn):
        raise AccessDenied(f"{_EVENTS} is not authorized to assume {role_arn}", "sts:AssumeRole", role_arn)
    wiring().guard.role_may(role_arn, action, arn)


def _forward(arn: str, event: Mapping[str, Any]) -> None:
    """A bus as target receives the event as it is, whatever the rule's input says."""
    region, account, resource = arn.split(":", 5)[3:]
    bus = events_backends[account][region].describe_event_bus(resource.removeprefix("event-bus/"))
    wiring().router.publish(bus, dict(event))
