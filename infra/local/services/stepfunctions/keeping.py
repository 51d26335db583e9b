"""What becomes of executions at a restart."""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.local.services.service import Keeping
from infra.local.services.stepfunctions.status_events import tell
from infra.local.services.stepfunctions.stopping import is_cut_short
from infra.local.state.executions import abort_running
from infra.local.wiring import ACCOUNT, wiring


def _end_what_ran(region: str) -> None:
    """Executions the stop or the kill cut short have ended, which now somebody is there to be told of."""
    backend = stepfunctions_parser_backends[ACCOUNT][region]
    executions: list[Any] = [one for machine in backend.state_machines for one in machine.executions]
    ended = [one for one in executions if one.status == "RUNNING" or is_cut_short(one)]
    abort_running(backend, wiring().clock.now())
    for execution in ended:
        execution.cut_short = False
        tell(execution)


KEEPING = Keeping(thawed=_end_what_ran)
