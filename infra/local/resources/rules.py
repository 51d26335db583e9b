"""EventBridge rules with attributes a template may ask for."""

from __future__ import annotations

import json

from moto.events.models import events_backends

from infra.local.resources.model import Made, Wanted, resource


@resource("AWS::Events::Rule", name="Name")
def rule(wanted: Wanted) -> Made:
    """moto needs the bus's name where templates may give its ARN, and drops the rule's state when it is updated."""
    backend = events_backends[wanted.account][wanted.region]
    bus = wanted.get("EventBusName", "default").rsplit("/", 1)[-1]
    pattern = wanted.get("EventPattern")
    made = backend.put_rule(
        wanted.name,
        description=wanted.get("Description"),
        event_bus_arn=bus,
        event_pattern=json.dumps(pattern) if pattern else None,
        role_arn=wanted.get("RoleArn"),
        scheduled_expression=wanted.get("ScheduleExpression"),
        state=wanted.get("State"),
    )
    backend.put_targets(
        name=wanted.name, event_bus_arn=bus, targets=[dict(target) for target in wanted.get("Targets", [])]
    )
    return Made(wanted.name, {"Arn": made.arn}, delete=lambda: made.delete(wanted.account, wanted.region))
