"""EventBridge."""

from __future__ import annotations

from infra.local.services.events.buses import EventBus
from infra.local.services.events.deliveries import BUS
from infra.local.services.events.permissions import permissions
from infra.local.services.events.policies import policy_of
from infra.local.services.events.rules import Rule
from infra.local.services.events.schedules import Schedules
from infra.local.services.service import Service

SERVICE = Service(
    "events",
    types=(EventBus, Rule),
    patches=("infra.local.services.events.patches", "infra.local.services.events.entries"),
    permissions=permissions,
    policy_of=policy_of,
    delivers=BUS,
    timers=lambda region, clock: (Schedules(region, clock),),
)
