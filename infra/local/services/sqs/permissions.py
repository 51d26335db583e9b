"""The permissions of SQS's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

from collections.abc import Iterable

from moto.sqs.models import sqs_backends

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named
from infra.local.services.sqs.move_tasks import fed_by, task_in
from infra.local.wiring import ACCOUNT, wiring

_BATCHES = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
_ON_A_QUEUE = named(
    """
    AddPermission ChangeMessageVisibility CreateQueue DeleteMessage DeleteQueue GetQueueAttributes GetQueueUrl
    ListDeadLetterSourceQueues ListQueueTags PurgeQueue ReceiveMessage RemovePermission SendMessage
    SetQueueAttributes TagQueue UntagQueue
    """
)


_MOVES = named("CancelMessageMoveTask ListMessageMoveTasks StartMessageMoveTask")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
_ALSO = {
    "StartMessageMoveTask": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "ListMessageMoveTasks": ("GetQueueAttributes",),
}


def _moving(request: ApiRequest) -> Iterable[Asked]:
    """On the source what reading it takes too, and on where its messages go what sending takes."""
    operation, source = request.operation, request.text("SourceArn")
    if operation == "CancelMessageMoveTask":
        source = (task_in(request.text("TaskHandle")) or ("", request.arn("*")))[1]
    for action in (operation, *_ALSO.get(operation, ())):
        yield Asked(f"sqs:{action}", source)
    if operation == "StartMessageMoveTask":
        named_one = request.text("DestinationArn")
        backend = sqs_backends[ACCOUNT][wiring().region]
        for arn in [named_one] if named_one else [queue.queue_arn for queue in fed_by(backend, source)]:
            yield Asked("sqs:SendMessage", arn)


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = _BATCHES.get(request.operation, request.operation)
    if operation == "ListQueues":
        return [Asked("sqs:ListQueues", request.arn("*"))]
    if operation in _MOVES:
        return list(_moving(request))
    if operation not in _ON_A_QUEUE:
        return None
    name = request.one_of("QueueName", "QueueUrl").rpartition("/")[2]
    return [Asked(f"sqs:{operation}", request.arn(name))]
