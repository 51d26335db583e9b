"""Systems Manager."""

from __future__ import annotations

from infra.local.iam.requests import others
from infra.local.services.service import Service
from infra.local.services.ssm.resources import Parameter

SERVICE = Service(
    "ssm",
    types=(Parameter,),
    permissions=others.ssm,
)
