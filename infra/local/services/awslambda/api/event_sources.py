"""What Lambda takes as a queue that feeds a function.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaFunction
from moto.sqs.models import Queue, sqs_backends

from infra.local.services.awslambda.api import constraints
from infra.local.services.awslambda.api.errors import conflict, invalid
from infra.local.services.awslambda.api.permissions import may

_CALLS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_SMALL_BATCH = 10


def queue_of(arn: str) -> Queue:
    """The queue with this ARN, which must be one; Lambda learns by asking for a message."""
    region, account, name = arn.split(":", 5)[3:] if arn.count(":") >= 5 else ("", "", arn)
    if ":sqs:" not in arn:
        raise invalid(f"The local cloud feeds functions from SQS queues only, not from {arn}.")
    queue = sqs_backends[account][region].queues.get(name)
    if queue is None:
        raise invalid(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    return queue


def check_mapping(operation: str, wanted: Mapping[str, Any], queue: Queue, function: LambdaFunction) -> None:
    """Refuse a mapping Lambda would not make, or not change to this; `wanted` is all of it."""
    constraints.check(operation, wanted)
    if wanted.get("StartingPosition"):
        raise invalid("StartingPosition is not valid for SQS event sources.")
    _check_batches(int(wanted.get("BatchSize") or _SMALL_BATCH), wanted, queue)
    check_filters(wanted.get("FilterCriteria"))
    for call in _CALLS:
        if not may(str(function.role), f"sqs:{call}", str(queue.queue_arn)):
            raise invalid(f"The function execution role does not have permissions to call {call} on SQS")
    visible_s, runs_s = int(queue.visibility_timeout), int(function.timeout)  # type: ignore[attr-defined]
    if visible_s < runs_s:
        raise invalid(f"Queue visibility timeout: {visible_s} seconds is less than Function timeout: {runs_s} seconds")


def check_alone(arn: str, function_arn: str, others: Iterable[EventSourceMapping]) -> None:
    """Refuse a second mapping of the same queue and function."""
    for other in others:
        if (other.event_source_arn, other.function_arn) == (arn, function_arn):
            name = function_arn.rsplit(":function:", maxsplit=1)[-1]
            raise conflict(
                f'The event source arn (" {arn} ") and function (" {name} ") provided mapping already exists. '
                f"Please update or delete the existing mapping with UUID {other.uuid}"
            )


def check_filters(criteria: Mapping[str, Any] | None) -> None:
    """Refuse patterns that are no JSON objects."""
    for pattern in (criteria or {}).get("Filters") or []:
        try:
            read = json.loads(pattern.get("Pattern") or "{}")
        except ValueError as error:
            raise invalid("Invalid filter pattern definition.") from error
        if not isinstance(read, dict):
            raise invalid("Invalid filter pattern definition.")


def _check_batches(size: int, wanted: Mapping[str, Any], queue: Queue) -> None:
    window = int(wanted.get("MaximumBatchingWindowInSeconds") or 0)
    if queue.fifo_queue and window:
        raise invalid("Batching window is not supported for FIFO queues")
    if queue.fifo_queue and size > _SMALL_BATCH:
        raise invalid(f"The batch size for FIFO queues must be between 1 and {_SMALL_BATCH}")
    if size > _SMALL_BATCH and window == 0:
        raise invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
