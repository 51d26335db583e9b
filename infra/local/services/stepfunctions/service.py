"""Step Functions."""

from __future__ import annotations

from infra.local.services.service import Service
from infra.local.services.stepfunctions.deliveries import MACHINE
from infra.local.services.stepfunctions.keeping import KEEPING
from infra.local.services.stepfunctions.permissions import permissions
from infra.local.services.stepfunctions.resources import StateMachine

SERVICE = Service(
    "states",
    types=(StateMachine,),
    patches=("infra.local.services.stepfunctions.patches", "infra.local.services.stepfunctions.clock_patches"),
    permissions=permissions,
    delivers=MACHINE,
    frozen=KEEPING,
)
