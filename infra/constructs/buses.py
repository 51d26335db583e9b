"""Our own bus, and those it sends on to: a bus has 300 rules, and each model listens to several kinds of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from infra.constructs.bus import on_event, send_on
from infra.constructs.stack import SerinStack
from serin.domain.events import EventName

ACCEPTED, TRUTH, BACKFILL = "accepted", "truth", "backfill"

SENT_ON: Mapping[EventName, Sequence[str]] = {
    "Upload Accepted": (ACCEPTED, TRUTH),
    "Backfill Wanted": (BACKFILL,),
}
"""The buses each kind of event is sent on to: on each of them a model has one rule, as on our own."""


def event_buses(stack: SerinStack) -> None:
    """Our own bus, to which everything is sent, and the others, to which nobody sends but it."""
    events.EventBus(stack, "Bus", event_bus_name=stack.names.bus)
    role = iam.Role(stack, "SendOnRole", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
    for name, kinds in SENT_ON.items():
        buses = [events.EventBus(stack, f"Bus-{kind}", event_bus_name=stack.names.bus_of(kind)) for kind in kinds]
        # Whoever sends is looked at by the rules of the other bus.
        rule = on_event(stack, f"SendOn-{kinds[0]}", name, sources=None)
        send_on(rule, buses, role, stack.addresses.queue("undelivered"))
