"""How a bus takes events."""

from __future__ import annotations

import json

from moto.events.models import events_backends

from infra.local.delivery.message import Message, Target
from infra.local.services.events.router import Router
from infra.local.wiring import wiring


def _take(message: Message) -> None:
    """A bus receives the event as it is, whatever the rule's input says."""
    region, account, resource = message.arn.split(":", 5)[3:]
    bus = events_backends[account][region].describe_event_bus(resource.removeprefix("event-bus/"))
    event = json.loads(message.text) if message.event is None else message.event
    wiring().part(Router).publish(bus, dict(event))


BUS = Target("events:PutEvents", _take, role="may", resource="event-bus/")
