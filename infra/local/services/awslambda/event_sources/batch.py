"""Batches of messages: the event a function receives, and what its answer says of each message."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.events.models import EventPattern
from moto.sqs.models import Message, Queue

from infra.local.delivery.outcome import PAYLOAD_LIMIT, Outcome


def record_of(message: Message, queue: Queue) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event"""
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": str(message.sender_id),
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if message.group_id:
        attributes["MessageGroupId"] = message.group_id
        attributes["MessageDeduplicationId"] = str(message.deduplication_id)
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value.get("DataType")}
    if value.get("StringValue") is not None:
        told["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        binary = value["BinaryValue"]
        told["binaryValue"] = base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
    return told


def matches(record: Mapping[str, Any], criteria: Mapping[str, Any] | None) -> bool:
    """Whether one of the patterns lets the message through; a body that is JSON is matched as what it holds.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    """
    filters = (criteria or {}).get("Filters") or []
    if not filters:
        return True
    try:
        body = json.loads(record["body"])
    except ValueError:
        body = record["body"]
    event = {**record, "body": body}
    patterns = [EventPattern.load(one.get("Pattern")) for one in filters]
    return any(pattern.matches_event(event) for pattern in patterns)  # type: ignore[arg-type]


def payloads(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[bytes, list[str]]]:
    """The events to invoke with, and the ids in each: one, unless the batch is larger than Lambda takes."""
    texts = [(json.dumps(record), str(record["messageId"])) for record in records]
    part: list[tuple[str, str]] = []
    size = 0
    for text, message_id in texts:
        if part and size + len(text) > PAYLOAD_LIMIT - 1024:
            yield _payload(part)
            part, size = [], 0
        part.append((text, message_id))
        size += len(text) + 2
    if part:
        yield _payload(part)


def _payload(part: Sequence[tuple[str, str]]) -> tuple[bytes, list[str]]:
    return f'{{"Records": [{", ".join(text for text, _ in part)}]}}'.encode(), [message_id for _, message_id in part]


def failed_of(outcome: Outcome, sent: set[str], partial: bool) -> set[str]:
    """Ids that stay in the queue until they are visible again; all of them when the answer makes no sense.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    if outcome.status != "ok":
        return sent
    if not partial:
        return set()
    try:
        answer = json.loads(outcome.payload or b"null")
        failures = (answer or {}).get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, AttributeError, TypeError, KeyError):
        return sent
    return failed if failed <= sent else sent
