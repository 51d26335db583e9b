"""Step Functions' own errors: which of them a catcher sees, and how large what states hand on may be."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.parargs import Parargs
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.quotas import is_within_size_quota

from infra.local.moto_patches.registry import replace, wrap

_ALL, _RUNTIME, _TOO_LARGE = "States.ALL", "States.Runtime", "States.DataLimitExceeded"
_EXECUTING = "moto.stepfunctions.parser.asl.component.state.exec"
_RAISED_AGAIN = (f"{_EXECUTING}.state_parallel.branches_decl", f"{_EXECUTING}.state_map.iteration.iteration_worker")
"""Who hands the error of a branch or of an item on as its own."""


@wrap(ErrorEqualsDecl, "_eval_body")
def matches(original: Callable[..., None], decl: ErrorEqualsDecl, env: Environment) -> None:
    """moto's States.ALL matches what it does not on AWS: too much data, and what the interpreter could not do.

    The latter is never retried and always ends the execution.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    error = env.stack[-1].error_name
    is_all = any(name.error_name == _ALL for name in decl.error_names)
    if error == _RUNTIME or (error == _TOO_LARGE and is_all):
        env.stack[-1] = False
        return
    original(decl, env)


def named(error_name: str | None) -> ErrorName:
    """moto lets no branch and no item fail by an error of Step Functions' own, and so loses its name."""
    if error_name in {one.to_name() for one in StatesErrorNameType}:
        return StatesErrorName(StatesErrorNameType.from_name(str(error_name)))
    return CustomErrorName(error_name)


for _module in _RAISED_AGAIN:
    replace(importlib.import_module(_module), "CustomErrorName")(named)


@wrap(StateChoice, "_eval_state")
def choose(original: Callable[..., None], state: StateChoice, env: Environment) -> None:
    """moto calls it States.Runtime when no rule matches and there is no default. The cause's words are ours."""
    try:
        original(state, env)
    except RuntimeError as error:
        if state.default_state is not None or "No branching option" not in str(error):
            raise
        name = StatesErrorNameType.StatesNoChoiceMatched
        cause = f"No rule of the state '{state.name}' matched, and it has no default."
        details = ExecutionFailedEventDetails(error=name.to_name(), cause=cause)
        event = EventDetails(executionFailedEventDetails=details)  # type: ignore[typeddict-item]
        failure = FailureEvent(env, StatesErrorName(name), HistoryEventType.ExecutionFailed, event)
        raise FailureEventException(failure) from error


@wrap(Parargs, "_eval_body")
def parameters(original: Callable[..., None], parargs: Parargs, env: Environment) -> None:
    """moto measures only what states answer, not what Parameters make of their input. The cause's words are ours."""
    original(parargs, env)
    if is_within_size_quota(env.stack[-1]):
        return
    cause = f"The input of the state '{env.next_state_name}' is larger than 256 KB after its parameters."
    details = TaskFailedEventDetails(error=_TOO_LARGE, cause=cause)
    event = EventDetails(taskFailedEventDetails=details)  # type: ignore[typeddict-item]
    name = StatesErrorName(StatesErrorNameType.StatesStatesDataLimitExceeded)
    raise FailureEventException(FailureEvent(env, name, HistoryEventType.TaskFailed, event))
