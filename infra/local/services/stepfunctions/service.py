"""Step Functions."""

from __future__ import annotations

from infra.local.services.service import Service
from infra.local.services.stepfunctions.deliveries import MACHINE
from infra.local.services.stepfunctions.keeping import KEEPING
from infra.local.services.stepfunctions.permissions import permissions
from infra.local.services.stepfunctions.resources import StateMachine

_PATCHED = ("patches", "clock_patches", "execution_patches", "failures", "parsing", "map_runs", "training_jobs")

SERVICE = Service(
    "states",
    types=(StateMachine,),
    patches=tuple(f"infra.local.services.stepfunctions.{name}" for name in _PATCHED),
    permissions=permissions,
    delivers=MACHINE,
    frozen=KEEPING,
)
