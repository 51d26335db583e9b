"""DynamoDB."""

from __future__ import annotations

from infra.local.services.dynamodb.expiry import Expiry
from infra.local.services.dynamodb.keeping import KEEPING
from infra.local.services.dynamodb.permissions import permissions
from infra.local.services.dynamodb.resources import Table
from infra.local.services.service import Service

SERVICE = Service(
    "dynamodb",
    types=(Table,),
    patches=(
        "infra.local.services.dynamodb.patches",
        "infra.local.services.dynamodb.expressions",
        "infra.local.services.dynamodb.limits",
        "infra.local.services.dynamodb.puts",
        "infra.local.services.dynamodb.queries",
        "infra.local.services.dynamodb.single_values",
        "infra.local.services.dynamodb.tokens",
        "infra.local.services.dynamodb.validation",
        "infra.local.services.dynamodb.wire",
    ),
    permissions=permissions,
    timers=lambda region, clock: (Expiry(region, clock),),
    frozen=KEEPING,
)
