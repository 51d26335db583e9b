"""What becomes of stacks at a restart."""

from __future__ import annotations

from moto.cloudformation.models import cloudformation_backends

from infra.local.cloudformation.ledger import mark
from infra.local.cloudformation.store import records
from infra.local.services.service import Keeping
from infra.local.wiring import ACCOUNT


def _end_what_ran(region: str) -> None:
    if region not in cloudformation_backends[ACCOUNT]:
        return
    for stack in records(region).stacks.values():
        if stack.in_progress:
            mark(stack, f"{stack.status.split('_')[0]}_FAILED", "The local cloud was restarted.")


KEEPING = Keeping(thawed=_end_what_ran)
