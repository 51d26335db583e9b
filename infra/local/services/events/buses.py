"""Event buses."""

from __future__ import annotations

from moto.events.models import EventsBackend, events_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted


def _backend(one: Wanted | Deployed) -> EventsBackend:
    return events_backends[one.account][one.region]


class EventBus(ResourceType):
    """Only its name is understood, and that never changes."""

    type = "AWS::Events::EventBus"
    properties = "Name"
    name_property = "Name"
    replaced_by = "*"

    def create(self, wanted: Wanted) -> Made:
        """A name that is taken is refused by EventBridge itself."""
        made = _backend(wanted).create_event_bus(wanted.name)
        return Made(made.name, {"Arn": made.arn, "Name": made.name})

    def delete(self, deployed: Deployed) -> None:
        """With its rules."""
        _backend(deployed).delete_event_bus(deployed.physical_id)
