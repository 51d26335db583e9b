"""The operations on message move tasks; errors in the words that were recorded of AWS."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from infra.local.moto_patches.registry import add, wrap
from infra.local.services.sqs.move_tasks import (
    CAME_FROM,
    MOST_A_SECOND,
    MoveTask,
    fed_by,
    queue_at,
    start,
    task_in,
    tasks_of,
)
from infra.local.wiring import wiring

_MISSING = "The resource that you specified for the {} parameter doesn't exist."
_ONE_AT_A_TIME = (
    "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
)
_SHOWN = 10


class _Refused(ServiceException):
    pass


class _NotThere(_Refused):
    pass


def _invalid(message: str) -> _Refused:
    return _Refused("InvalidParameterValue", message)


def _missing(message: str) -> _NotThere:
    return _NotThere("ResourceNotFoundException", message)


def _answering(operation: Callable[[SQSResponse], ActionResult]) -> Callable[[SQSResponse], Any]:
    """AWS answers 404 for what is not there, which the service's description does not say."""

    @wraps(operation)
    def answer(response: SQSResponse) -> Any:
        try:
            return operation(response)
        except _NotThere as error:
            _, headers, body = response.serialized(ActionResult(error))
            return 404, {**headers, "status": 404}, body

    return answer


@wrap(SQSBackend, "send_message")
def send_message(
    original: Callable[..., Message], backend: SQSBackend, queue_name: str, *rest: Any, **more: Any
) -> Any:
    """moto forgets which queue a dead letter was sent to."""
    message = original(backend, queue_name, *rest, **more)
    setattr(message, CAME_FROM, backend.get_queue(queue_name).queue_arn)
    return message


@add(SQSResponse, "start_message_move_task")
@_answering
def start_message_move_task(response: SQSResponse) -> ActionResult:
    """moto has no StartMessageMoveTask."""
    backend = response.sqs_backend
    source = _queue(backend, response._get_param("SourceArn"), "SourceArn")
    destination, a_second = response._get_param("DestinationArn"), response._get_param("MaxNumberOfMessagesPerSecond")
    if destination:
        _queue(backend, destination, "DestinationArn")
    if not fed_by(backend, source.queue_arn):
        raise _invalid("Source queue must be configured as a Dead Letter Queue.")
    if a_second is not None and not 1 <= a_second <= MOST_A_SECOND:
        raise _invalid("Value for parameter MaxNumberOfMessagesPerSecond is invalid.")
    if any(task.status == "RUNNING" for task in _of(backend, source.queue_arn)):
        raise _invalid(_ONE_AT_A_TIME)
    return ActionResult({"TaskHandle": start(backend, source, destination, a_second, wiring().clock).handle})


@add(SQSResponse, "list_message_move_tasks")
@_answering
def list_message_move_tasks(response: SQSResponse) -> ActionResult:
    """moto has no ListMessageMoveTasks."""
    backend = response.sqs_backend
    source = _queue(backend, response._get_param("SourceArn"), "SourceArn")
    most = 1 if response._get_param("MaxResults") is None else response._get_param("MaxResults")
    if not 1 <= most <= _SHOWN:
        raise _invalid("Value for parameter MaxResults is invalid.")
    return ActionResult({"Results": [_shown(task) for task in reversed(_of(backend, source.queue_arn))][:most]})


@add(SQSResponse, "cancel_message_move_task")
@_answering
def cancel_message_move_task(response: SQSResponse) -> ActionResult:
    """moto has no CancelMessageMoveTask."""
    backend, named = response.sqs_backend, task_in(response._get_param("TaskHandle"))
    if named is None:
        raise _invalid("Value for parameter TaskHandle is invalid.")
    source = _queue(backend, named[1], "SourceArn")
    running = [one for one in _of(backend, source.queue_arn) if (one.id, one.status) == (named[0], "RUNNING")]
    if not running:
        raise _missing("Task does not exist.")
    running[0].status = "CANCELLED"
    return ActionResult({"ApproximateNumberOfMessagesMoved": running[0].moved})


def _queue(backend: SQSBackend, arn: str, parameter: str) -> Queue:
    queue = queue_at(backend, arn)
    if queue is None:
        raise _missing(_MISSING.format(parameter))
    return queue


def _of(backend: SQSBackend, arn: str) -> list[MoveTask]:
    return [task for task in tasks_of(backend) if task.source_arn == arn]


def _shown(task: MoveTask) -> dict[str, Any]:
    """Only a task that runs has a handle."""
    shown = {
        "TaskHandle": task.handle if task.status == "RUNNING" else None,
        "Status": task.status,
        "SourceArn": task.source_arn,
        "DestinationArn": task.destination_arn,
        "MaxNumberOfMessagesPerSecond": task.a_second,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "FailureReason": task.failure,
        "StartedTimestamp": int(task.started_s * 1000),
    }
    return {key: value for key, value in shown.items() if value is not None}
