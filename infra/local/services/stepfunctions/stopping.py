"""The end of executions with the cloud they run in."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import TMP_THREADS

from infra.local.wiring import ACCOUNT, wiring

_LOOK_S = 0.02
_END_S = 1.0
"""How long executions are waited for that were told to stop."""


def stop_executions(region: str) -> None:
    """Tell all to stop, those too that have only just begun, and let them say so before the clock ends.

    One that is in the middle of a task may take longer: it ends without a word, and is taken for cut short later.
    """
    machines: list[Any] = stepfunctions_parser_backends[ACCOUNT][region].state_machines
    until = time.monotonic() + _END_S
    while running := [one for machine in machines for one in machine.executions if one.exec_status == "RUNNING"]:
        for execution in running:
            # An execution that has only just begun has no environment to stop yet.
            with suppress(AttributeError):
                execution.cut_short = True
                execution.stop(wiring().clock.now(), "LocalCloud", "The local cloud stopped.")
        if time.monotonic() > until:
            break
        time.sleep(_LOOK_S)
    TMP_THREADS.clear()


def is_cut_short(execution: Any) -> bool:
    """Whether it was told to stop with the cloud: whoever listens is told after the next start, and not in the end."""
    return bool(getattr(execution, "cut_short", False))
