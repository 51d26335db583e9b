"""Executions of state machines: what ended keeps its history; what a restart cut short ended by that."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.api import ExecutionAbortedEventDetails, ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record import (
    MapRunRecordPoolManager,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackPoolManager
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext, EventManager
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

ERROR = "LocalCloud.Restarted"
CAUSE = "The local cloud was restarted while this execution was running."


@dataclass
class EndedEnvironment:
    """What moto's API still asks of the environment of an execution that runs no more."""

    event_manager: Any = field(default_factory=EventManager)
    map_run_record_pool_manager: Any = field(default_factory=MapRunRecordPoolManager)
    callback_pool_manager: Any = field(default_factory=lambda: CallbackPoolManager({}))


def ended_environment(environment: Environment) -> tuple[Any, ...]:
    """A live environment, as pickle is to reduce it: its threads and task tokens do not outlive the process."""
    return EndedEnvironment, (environment.event_manager, environment.map_run_record_pool_manager)


def abort_running(backend: StepFunctionsParserBackend, now: datetime) -> None:
    """Record the executions that were running as ABORTED, with the restart as the cause."""
    for machine in backend.state_machines:
        executions: list[Any] = machine.executions
        for execution in executions:
            if execution.exec_worker is not None and execution.exec_worker.env is None:
                execution.exec_worker.env = EndedEnvironment()
            if execution.exec_status is ExecutionStatus.RUNNING:
                _abort(execution, now)


def _abort(execution: Any, now: datetime) -> None:
    execution.exec_status = ExecutionStatus.ABORTED
    execution.stop_date = now
    execution.error, execution.cause = ERROR, CAUSE
    if execution.exec_worker is None:
        return
    history = execution.exec_worker.env.event_manager
    # Its work may have stopped in time, and only what waited for that have been too late.
    if all(event["type"] != HistoryEventType.ExecutionAborted for event in history.get_event_history()):
        history.add_event(
            EventHistoryContext.of_program_start(),
            HistoryEventType.ExecutionAborted,
            EventDetails(executionAbortedEventDetails=ExecutionAbortedEventDetails(error=ERROR, cause=CAUSE)),  # type: ignore[typeddict-item]
            now,
        )
