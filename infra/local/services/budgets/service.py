"""AWS Budgets."""

from __future__ import annotations

from infra.local.services.budgets.permissions import permissions
from infra.local.services.budgets.resources import Budget
from infra.local.services.service import Service

SERVICE = Service(
    "budgets",
    types=(Budget,),
    permissions=permissions,
)
