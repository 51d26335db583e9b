"""What becomes of executions at a restart."""

from __future__ import annotations

from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.local.services.service import Keeping
from infra.local.state.executions import abort_running
from infra.local.wiring import ACCOUNT, wiring


def _end_what_ran(region: str) -> None:
    abort_running(stepfunctions_parser_backends[ACCOUNT][region], wiring().clock.now())


KEEPING = Keeping(thawed=_end_what_ran)
