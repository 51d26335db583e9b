"""Step Functions on the clock: waits, time-outs, heartbeats and retries; and when an execution is at rest."""

from __future__ import annotations

import datetime
import threading
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry.max_attempts_decl import MaxAttemptsOutcome
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import RetrierDecl
from moto.stepfunctions.parser.asl.component.common.retry.retrier_outcome import RetrierOutcome
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.responses import StepFunctionResponse

from infra.local.clock.threads import ClockEvent, ClockThread
from infra.local.moto_patches.registry import replace, wrap
from infra.local.moto_patches.time import DATETIMES, module_like, now_s, put_instead
from infra.local.wiring import wiring

_CLOCKED = {
    "asl.component.program.program": "threading",
    "asl.component.state.exec.execute_state": "threading Thread",
    "asl.component.state.exec.state_map.iteration.inline_iteration_component": "threading",
    "asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record": "datetime",
    "asl.component.state.exec.state_map.iteration.job": "threading",
    "asl.component.state.exec.state_parallel.branch_worker": "threading",
    "asl.component.state.exec.state_parallel.branches_decl": "threading",
    "asl.component.state.state": "datetime",
    "asl.eval.callback.callback": "Event",
    "asl.eval.environment": "threading",
    "asl.eval.event.event_manager": "datetime",
    "backend.execution": "datetime",
    "backend.execution_worker": "Thread",
    "models": "datetime",
}
"""Who asks for the time, waits, or does work that others wait for."""

_REASON = "moto times executions by the machine's clock, and nobody can tell a thread that waits from one that works."


def _event() -> ClockEvent:
    return ClockEvent(wiring().clock)


def _thread(**settings: Any) -> ClockThread:
    return ClockThread(wiring().clock, **settings)


put_instead(
    {f"moto.stepfunctions.parser.{module}": names for module, names in _CLOCKED.items()},
    {
        **DATETIMES,
        threading: module_like(threading, Event=_event, Thread=_thread),
        threading.Event: _event,
        threading.Thread: _thread,
    },
    _REASON,
)


def _wait(env: Environment, until_s: float) -> None:
    """Until the moment comes or the execution is ended; the event is set for other reasons too."""
    event: Any = env.program_state_event
    while env.is_running() and now_s() < until_s:
        event.wait_until(until_s)


@replace(WaitFunction, "_wait_interval")
def wait_interval(_function: WaitFunction, env: Environment, wait_seconds: float) -> None:
    """moto counts whole seconds and waits for one more when a wait ends a microsecond early."""
    _wait(env, now_s() + wait_seconds)


@replace(Timestamp, "_get_wait_seconds")
def seconds_until(function: Timestamp, env: Environment) -> float:
    """moto compares UTC with the machine's local time, and drops the fraction of a second."""
    function.string.eval(env=env)
    text = env.stack.pop()
    moment = function._from_timestamp_string(timestamp=text)
    if moment is None:
        raise FailureEventException(function._create_failure_event(env, text))
    return moment.replace(tzinfo=datetime.UTC).timestamp() - now_s()


@wrap(RetrierDecl, "_eval_body")
def retry(_original: Any, retrier: RetrierDecl, env: Environment) -> None:
    """moto sleeps between two tries, and a stopped execution runs on until it wakes."""
    retrier.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(RetrierOutcome.Skipped)
        return
    retrier.max_attempts.eval(env=env)
    if env.stack.pop() == MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(RetrierOutcome.Failed)
        return
    for part in (
        retrier.interval_seconds,
        retrier.backoff_rate,
        retrier.max_delay_seconds,
        retrier.jitter_strategy,
    ):
        part.eval(env=env)
    _wait(env, now_s() + float(env.stack.pop()))
    env.stack.append(RetrierOutcome.Executed)


@wrap(StepFunctionResponse, "describe_execution")
def describe_execution(original: Any, response: StepFunctionResponse) -> ActionResult:
    """moto does not say when an execution timed out."""
    answer: ActionResult = original(response)
    execution = cast("dict[str, Any]", answer.result)
    if execution["status"] == "TIMED_OUT":
        execution["stopDate"] = response.stepfunction_backend.describe_execution(execution["executionArn"]).stop_date
    return answer
