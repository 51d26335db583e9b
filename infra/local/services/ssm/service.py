"""Systems Manager."""

from __future__ import annotations

from infra.local.services.service import Service
from infra.local.services.ssm.permissions import permissions
from infra.local.services.ssm.resources import Parameter

SERVICE = Service(
    "ssm",
    types=(Parameter,),
    permissions=permissions,
)
