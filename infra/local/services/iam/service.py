"""IAM's own resources; who may do what is decided in infra/local/iam."""

from __future__ import annotations

from infra.local.services.iam.policies import ManagedPolicy, Policy
from infra.local.services.iam.roles import Role
from infra.local.services.service import Service

SERVICE = Service(
    "iam",
    types=(ManagedPolicy, Policy, Role),
    patches=("infra.local.services.iam.patches",),
)
