"""CloudWatch Logs."""

from __future__ import annotations

from infra.local.services.logs.keeping import KEEPING
from infra.local.services.logs.permissions import permissions
from infra.local.services.logs.resources import LogGroup, LogSubscriptionFilter
from infra.local.services.service import Service

SERVICE = Service(
    "logs",
    types=(LogGroup, LogSubscriptionFilter),
    patches=("infra.local.services.logs.patches",),
    permissions=permissions,
    frozen=KEEPING,
)
