"""Message move tasks: dead letters go back to the queues they came from, or to another, at once or so many a second.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from infra.local.clock import VirtualClock
from infra.local.wiring import ACCOUNT

MOST_A_SECOND = 500
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
NO_SOURCE = "CouldNotDetermineMessageSource"
CAME_FROM = "came_from"
"""The attribute of a message that names the queue it was sent to first, by its ARN."""
_TASKS = "message_move_tasks"


@dataclass
class MoveTask:
    """One task; `moved` of the `to_move` messages that were there when it began. `next_s` is when the next one goes."""

    id: str
    source_arn: str
    destination_arn: str | None
    a_second: int | None
    started_s: float
    to_move: int
    next_s: float
    moved: int = 0
    status: Literal["RUNNING", "COMPLETED", "CANCELLED", "FAILED"] = "RUNNING"
    failure: str | None = None

    @property
    def handle(self) -> str:
        """What it is cancelled by."""
        return base64.b64encode(json.dumps({"taskId": self.id, "sourceArn": self.source_arn}).encode()).decode()


def tasks_of(backend: SQSBackend) -> list[MoveTask]:
    """All there have been, oldest first; kept with moto's own records of the service."""
    tasks: list[MoveTask] = vars(backend).setdefault(_TASKS, [])
    return tasks


def task_in(handle: str) -> tuple[str, str] | None:
    """Task id and ARN of the source that a handle names; None for what is no handle."""
    try:
        said = json.loads(base64.b64decode(handle, validate=True))
        return str(said["taskId"]), str(said["sourceArn"])
    except (ValueError, KeyError, TypeError):
        return None


def queue_at(backend: SQSBackend, arn: str) -> Queue | None:
    """The queue with that ARN."""
    return backend.queues.get(arn.rpartition(":")[2])


def fed_by(backend: SQSBackend, arn: str) -> list[Queue]:
    """The queues whose dead letters go to the one with that ARN."""
    return [queue for queue in backend.queues.values() if _dead_letters_of(queue) == arn]


def _dead_letters_of(queue: Queue) -> str | None:
    return (queue.redrive_policy or {}).get("deadLetterTargetArn")


def start(
    backend: SQSBackend, source: Queue, destination: str | None, a_second: int | None, clock: VirtualClock
) -> MoveTask:
    """Begin a task; without a rate it is done at once."""
    now = clock.time()
    task = MoveTask(
        str(uuid.uuid4()),
        source.queue_arn,
        destination,
        a_second,
        now,
        len(_movable(source)),
        now + 1 / (a_second or 1),
    )
    tasks_of(backend).append(task)
    while a_second is None and task.status == "RUNNING":
        step(backend, task)
    return task


def step(backend: SQSBackend, task: MoveTask) -> None:
    """Move one message; a task that has moved all it found, or cannot go on, has ended."""
    source = queue_at(backend, task.source_arn)
    left = [] if source is None or task.moved >= task.to_move else _movable(source)
    if not left or source is None:
        task.status = "COMPLETED"
        return
    message = left[0]
    arn = task.destination_arn or vars(message).get(CAME_FROM)
    destination = queue_at(backend, arn) if arn and arn != task.source_arn else None
    if destination is None:
        task.status, task.failure = "FAILED", NO_SOURCE if arn in (None, task.source_arn) else NO_QUEUE
        return
    # It is a new message there, with an id and an age of its own.
    backend.send_message(
        destination.name, message.body, message_attributes=message.message_attributes, group_id=message.group_id
    )
    with source._messages_lock:
        source._messages.remove(message)
    task.moved += 1
    task.next_s += 1 / (task.a_second or 1)
    if task.moved >= task.to_move:
        task.status = "COMPLETED"


def _movable(queue: Queue) -> list[Message]:
    """What waits; what somebody has received stays with him."""
    with queue._messages_lock:
        return [message for message in queue._messages if message.visible and not message.delayed]


class MovingMessages:
    """Moves the messages of tasks with a rate, each at its moment."""

    def __init__(self, region: str, clock: VirtualClock) -> None:
        self._region = region
        self._clock = clock

    def due(self) -> float | None:
        """When the next message goes."""
        return min((task.next_s for task in self._running()), default=None)

    def fire(self, moment: float) -> None:
        """Move what is due."""
        for task in list(self._running()):
            if task.next_s <= moment:
                step(self._backend, task)

    @property
    def _backend(self) -> SQSBackend:
        return sqs_backends[ACCOUNT][self._region]

    def _running(self) -> Iterable[MoveTask]:
        return (task for task in tasks_of(self._backend) if task.status == "RUNNING")
