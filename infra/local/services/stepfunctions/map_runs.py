"""Distributed maps: how many of their items may fail, what is written of each, and what their role has to be allowed.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import HistoryEventType, MapRunFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.item_reader_decl import ItemReader
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
    distributed_item_processor_worker as workers,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job, JobPool
from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.result_writer_decl import ResultWriter
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramError, ProgramStopped

from infra.local.iam.errors import AccessDenied
from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.stepfunctions.map_children import Child, began, children_of, ended
from infra.local.wiring import wiring

_THREADS = 20
"""Children that run at once where a map names no limit, or a greater one: each is a function's process here."""
_FOR_CHILDREN = ("states:DescribeExecution", "states:StopExecution")
Worker = workers.DistributedItemProcessorWorker


def failure(env: Environment, kind: StatesErrorNameType, cause: str) -> FailureEventException:
    """An error of a map run, by Step Functions' own name."""
    details = MapRunFailedEventDetails(error=kind.to_name(), cause=cause)
    return FailureEventException(
        FailureEvent(
            env,
            StatesErrorName(kind),
            HistoryEventType.MapRunFailed,
            {"mapRunFailedEventDetails": details},  # type: ignore[arg-type]
        )
    )


@wrap(DistributedIterationComponent, "_eval_body")
def run_map(original: Callable[..., None], component: DistributedIterationComponent, env: Environment) -> None:
    """moto asks nobody whether the role may start the map's children, which are executions of the same machine.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    role, context = env.aws_execution_details.role_arn, env.states.context_object.context_object_data
    machine = context["StateMachine"]["Id"]
    children = f"{machine.replace(':stateMachine:', ':execution:')}:{context['Execution']['Name']}"
    try:
        wiring().guard.role_may(role, "states:StartExecution", machine)
        for action in _FOR_CHILDREN:
            wiring().guard.role_may(role, action, children)
    except AccessDenied as error:
        raise failure(env, StatesErrorNameType.StatesPermissions, str(error)) from error
    asked = env.stack[-1]
    asked.map_run_record.max_concurrency = min(asked.map_run_record.max_concurrency or _THREADS, _THREADS)
    original(component, env)


@wrap(ItemReader, "_eval_body")
def read_items(original: Callable[..., None], reader: ItemReader, env: Environment) -> None:
    """moto has no name for what cannot be read."""
    try:
        original(reader, env)
    except (ClientError, ValueError) as error:
        raise failure(env, StatesErrorNameType.StatesItemReaderFailed, str(error)) from error


@replace(Worker, "_eval_pool")
def work(worker: Any, job: Job | None, worker_frame: Environment) -> None:
    """moto calls itself for each further item, a thousand at most, and starts new ones when too many have failed."""
    pool: JobPool = worker._job_pool
    while job is not None:
        frame = worker_frame.open_inner_frame()
        worker._eval_job(env=frame, job=job)
        worker_frame.delete_frame(frame)
        over = isinstance(job.job_output, Exception) or worker.stopped()
        following = None if over else pool.next_job()
        if following is None:
            # Before the job is closed: whoever waits for the last one goes on with the environment.
            worker._env.delete_frame(worker_frame)
            pool.close_job(job)
            return
        pool.close_job(job)
        job = following
    worker._env.delete_frame(worker_frame)


@replace(Worker, "_eval_job")
def execute_child(worker: Any, env: Environment, job: Job) -> None:
    """moto tolerates any number of failures, forgets which error a child ended by, and counts some as running still."""
    record, job.job_output = worker._map_run_record, None
    child = began(record, job)
    try:
        env.states.context_object.context_object_data["Map"] = {
            "Item": {"Index": job.job_index, "Value": job.job_input}
        }
        env.states.reset(job.job_input)
        worker._eval_input(env_frame=env)
        child.input = env.states.get_input()
        job.job_program.eval(env)
        _note_end(child, env)
    except FailureEventException as error:
        child.fail(*(error.extract_error_cause_pair() or (None, None)))
    except RuntimeError:
        # moto's way to say that the map has ended meanwhile.
        if env.is_running():
            raise
        child.status = "ABORTED"
    ended(record, child)
    if child.status == "SUCCEEDED":
        job.job_output = child.output
    elif child.status == "FAILED" and _too_many(record):
        job.job_output = failure(
            env,
            StatesErrorNameType.StatesExceedToleratedFailureThreshold,
            "The specified tolerated failure threshold was exceeded",
        )


def _note_end(child: Child, env: Environment) -> None:
    end = env.program_state()
    if isinstance(end, ProgramError):
        details = end.error or {}
        child.fail(details.get("error"), details.get("cause"))
    elif isinstance(end, ProgramStopped):
        child.status = "ABORTED"
    else:
        child.succeed(env.states.get_input())


def _too_many(record: Any) -> bool:
    """Whether more have failed than the map says; where it says nothing of either kind, none may."""
    counter, count, percentage = (
        record.item_counter,
        record.tolerated_failure_count,
        record.tolerated_failure_percentage,
    )
    failed = counter.failed.get() + counter.timed_out.get()
    if not count and not percentage:
        return bool(failed > 0)
    share = 100 * failed / max(counter.total.get(), 1)
    return bool((count and failed > count) or (percentage and share > percentage))


@wrap(DistributedIterationComponent, "_map_run")
def count_items(
    original: Callable[..., None], component: DistributedIterationComponent, env: Environment, eval_input: Any
) -> None:
    """moto counts an item when it begins; a share that may fail is one of all there are."""
    record, items = eval_input.map_run_record, len(env.stack[-1])
    for counter in (record.item_counter, record.execution_counter):
        counter.total.count(items)
        counter.pending.count(items)
    if not items:
        # moto waits for ever for the first of none.
        env.stack[-1] = []
        return
    original(component, env, eval_input)


@replace(ResultWriter, "_eval_body")
def write_results(writer: ResultWriter, env: Environment) -> None:
    """moto writes a manifest of no results, and looks for its place in these instead of in the state's input."""
    env.stack.pop()
    writer.parargs.eval(env=env)
    place = env.stack.pop()
    record = env.map_run_record_pool_manager.get_all()[-1]
    try:
        env.stack.append(children_of(record).written(record, place["Bucket"], place["Prefix"], env))
    except (ClientError, AccessDenied) as error:
        raise failure(env, StatesErrorNameType.StatesResultWriterFailed, str(error)) from error
