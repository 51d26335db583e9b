"""Executions as Step Functions' API has them: their names, their end by a person, their history, and who is told."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.responses import StepFunctionResponse

from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.stepfunctions.status_events import tell
from infra.local.services.stepfunctions.stopping import is_cut_short
from infra.local.wiring import wiring

_PAGE = 100
_LONGEST_INPUT = 262144
_BEGINNING_S, _LOOK_S = 5.0, 0.005
_ENDING_S = 1.0
"""How long one that was stopped is waited for: one that only waits ends at once, a task that runs ends first."""


class TooLong(AWSError):
    """What AWS's API answers to a text that is too long, before the service sees it."""

    TYPE = "ValidationException"
    STATUS = 400


@wrap(StepFunctionResponse, "start_execution")
def start_execution(original: Callable[..., ActionResult], response: StepFunctionResponse) -> ActionResult:
    """moto takes any name and any amount of input."""
    if name := response._get_param("name"):
        response.stepfunction_backend._validate_name(name)
    if len(response._get_param("input") or "") > _LONGEST_INPUT:
        raise TooLong(
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_LONGEST_INPUT}"
        )
    return original(response)


@replace(StepFunctionResponse, "stop_execution")
def stop_execution(response: StepFunctionResponse) -> ActionResult:
    """moto drops the error and the cause, fails for one that has only just begun, and answers before it has ended."""
    execution: Any = response.stepfunction_backend.describe_execution(response._get_param("executionArn"))
    _wait(lambda: execution.exec_worker.env is not None, _BEGINNING_S)
    now = wiring().clock.now()
    execution.stop(now, response._get_param("error"), response._get_param("cause"))
    _wait(lambda: execution.exec_status != "RUNNING", _ENDING_S)
    return ActionResult({"stopDate": execution.stop_date or now})


def _wait(ready: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready() and time.monotonic() < until:
        time.sleep(_LOOK_S)


@wrap(BaseExecutionWorkerCommunication, "terminated")
def terminated(original: Callable[..., None], communication: BaseExecutionWorkerCommunication) -> None:
    """moto forgets by whom an execution was stopped, and tells nobody that one has ended."""
    execution: Any = communication.execution
    end = execution.exec_worker.env.program_state()
    if isinstance(end, ProgramStopped):
        execution.error, execution.cause = end.error, end.cause
    original(communication)
    if not is_cut_short(execution):
        tell(execution)


@replace(StepFunctionResponse, "get_execution_history")
def get_execution_history(response: StepFunctionResponse) -> ActionResult:
    """moto answers the whole history, the oldest event first, whatever is asked for."""
    arn = response._get_param("executionArn")
    history = response.stepfunction_backend.get_execution_history(arn)
    events = list(history["events"])
    if response._get_param("reverseOrder"):
        events.reverse()
    begin = _begin(response._get_param("nextToken"))
    end = begin + (response._get_int_param("maxResults") or _PAGE)
    more = {"nextToken": base64.b64encode(str(end).encode()).decode()} if end < len(events) else {}
    return ActionResult({"events": events[begin:end], **more})


def _begin(token: str | None) -> int:
    try:
        return int(base64.b64decode(token or "MA==", validate=True))
    except ValueError as error:
        raise InvalidToken("Invalid token") from error
