"""STS."""

from __future__ import annotations

from infra.local.iam.requests import others
from infra.local.services.service import Service

SERVICE = Service(
    "sts",
    permissions=others.sts,
)
