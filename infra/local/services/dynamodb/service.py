"""DynamoDB."""

from __future__ import annotations

from infra.local.iam.requests import dynamodb
from infra.local.services.dynamodb.expiry import Expiry
from infra.local.services.dynamodb.resources import Table
from infra.local.services.service import Service

SERVICE = Service(
    "dynamodb",
    types=(Table,),
    patches=("infra.local.services.dynamodb.patches",),
    permissions=dynamodb.asked,
    timers=lambda region, clock: (Expiry(region, clock),),
)
