"""EventBridge rules with attributes a template may ask for."""

from __future__ import annotations

import json

from moto.events.models import EventsBackend, events_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted


def _backend(one: Wanted | Deployed) -> EventsBackend:
    return events_backends[one.account][one.region]


def _bus(one: Wanted | Deployed) -> str:
    """Templates may name the bus or give its ARN."""
    return str(one.get("EventBusName", "default")).rsplit("/", 1)[-1]


class Rule(ResourceType):
    """moto needs the bus's name where templates may give its ARN, and drops the rule's state when it is updated."""

    type = "AWS::Events::Rule"
    properties = "Description EventBusName EventPattern Name RoleArn ScheduleExpression State Targets"
    name_property = "Name"
    longest_name = 64
    replaced_by = "EventBusName Name"

    def create(self, wanted: Wanted) -> Made:
        """With its targets."""
        backend, pattern = _backend(wanted), wanted.get("EventPattern")
        made = backend.put_rule(
            wanted.name,
            description=wanted.get("Description"),
            event_bus_arn=_bus(wanted),
            event_pattern=json.dumps(pattern) if pattern else None,
            role_arn=wanted.get("RoleArn"),
            scheduled_expression=wanted.get("ScheduleExpression"),
            state=wanted.get("State"),
        )
        targets = [dict(target) for target in wanted.get("Targets", [])]
        backend.put_targets(name=wanted.name, event_bus_arn=_bus(wanted), targets=targets)
        return Made(self._ref(wanted), {"Arn": made.arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Put again under its name; targets that are no longer listed go."""
        listed = {target["Id"] for target in wanted.get("Targets", [])}
        gone = [target["Id"] for target in before.get("Targets", []) if target["Id"] not in listed]
        if gone:
            _backend(before).remove_targets(before.name, _bus(before), gone)
        return self.create(wanted)

    def delete(self, deployed: Deployed) -> None:
        """With its targets; the bus may be gone already."""
        bus = _backend(deployed).event_buses.get(_bus(deployed))
        if bus is not None and deployed.name in bus.rules:
            bus.rules[deployed.name].delete(deployed.account, deployed.region)

    def _ref(self, wanted: Wanted) -> str:
        return wanted.name if _bus(wanted) == "default" else f"{_bus(wanted)}|{wanted.name}"
