"""STS."""

from __future__ import annotations

from infra.local.services.service import Service
from infra.local.services.sts.permissions import permissions

SERVICE = Service(
    "sts",
    permissions=permissions,
)
