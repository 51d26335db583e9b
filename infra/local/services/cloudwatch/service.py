"""CloudWatch."""

from __future__ import annotations

from infra.local.services.cloudwatch.alarms import Alarms
from infra.local.services.cloudwatch.dashboards import Dashboard
from infra.local.services.cloudwatch.permissions import permissions
from infra.local.services.cloudwatch.resources import Alarm, CompositeAlarm
from infra.local.services.service import Service

SERVICE = Service(
    "cloudwatch",
    signed_as="monitoring",
    types=(Alarm, CompositeAlarm, Dashboard),
    patches=("infra.local.services.cloudwatch.patches", "infra.local.services.cloudwatch.data_patches"),
    permissions=permissions,
    timers=lambda region, clock: (Alarms(region, clock),),
)
