"""The permissions of SQS's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named

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


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = _BATCHES.get(request.operation, request.operation)
    if operation == "ListQueues":
        return [Asked("sqs:ListQueues", request.arn("*"))]
    if operation not in _ON_A_QUEUE:
        return None
    name = request.text("QueueName") or request.text("QueueUrl").rstrip("/").rpartition("/")[2]
    return [Asked(f"sqs:{operation}", request.arn(name))]
