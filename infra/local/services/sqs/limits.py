"""What a queue takes: messages that say something in signs of XML, settings that there are, and only what is in work.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.sqs import responses
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import SQSBackend

from infra.local.moto_patches.registry import wrap

_MOST_ATTRIBUTES = 10
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ALLOWED = "#x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF]"
_RANGES: Mapping[str, tuple[int, int]] = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_OTHERS = frozenset(
    [
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "FifoQueue",
        "FifoThroughputLimit",
        "KmsMasterKeyId",
        "Policy",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
    ]
)


@wrap(SQSBackend, "_validate_message")
def validate_message(
    original: Callable[..., None], backend: SQSBackend, queue: Any, message_body: str, *rest: Any, **more: Any
) -> None:
    """moto takes messages that are empty, and such that could not be written down."""
    if not message_body:
        raise SQSException("MissingParameter", "The request must contain the parameter MessageBody.")
    forbidden = _FORBIDDEN.search(message_body)
    if forbidden:
        sign = f"Invalid binary character '#x{ord(forbidden[0]):X}' was found in the message body"
        raise SQSException("InvalidMessageContents", f"{sign}, the set of allowed characters is {_ALLOWED}")
    original(backend, queue, message_body, *rest, **more)


@wrap(responses, "validate_message_attributes")
def validate_message_attributes(original: Callable[..., None], attributes: Mapping[str, Any] | None) -> None:
    """moto takes any number of attributes."""
    if attributes and len(attributes) > _MOST_ATTRIBUTES:
        message = f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{_MOST_ATTRIBUTES}]."
        raise InvalidParameterValue(message)
    original(attributes)


@wrap(SQSBackend, "change_message_visibility")
def change_message_visibility(
    original: Callable[..., None], backend: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    """moto hides messages that nobody has received, and refuses to for one that was sent half a day ago."""
    queue = backend.get_queue(queue_name)
    with queue._messages_lock:
        held = next((one for one in queue._messages if one.had_receipt_handle(receipt_handle)), None)
        if held is None or int(visibility_timeout) > _RANGES["VisibilityTimeout"][1]:
            original(backend, queue_name, receipt_handle, visibility_timeout)
            return
        if held.visible:
            raise SQSException(
                "MessageNotInflight",
                f"Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is "
                "not available for visibility timeout change.",
            )
        held.change_visibility(int(visibility_timeout))
        if held.visible:
            queue.pending_messages.discard(held)
        queue._messages_lock.notify_all()


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise for a queue's setting that there is not, or that no queue has so."""
    for name, value in settings.items():
        if name not in _RANGES and name not in _OTHERS:
            raise SQSException("InvalidAttributeName", f"Unknown Attribute {name}.")
        if name in _RANGES and not _is_within(value, *_RANGES[name]):
            raise SQSException("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
    _check_redrive(settings.get("RedrivePolicy"))


def _is_within(value: Any, least: int, most: int) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit() and least <= int(text) <= most


def _check_redrive(policy: Any) -> None:
    """An empty text takes the policy away."""
    if not policy:
        return
    read = json.loads(policy) if isinstance(policy, str) else policy
    refusal = f"Value {json.dumps(read)} for parameter RedrivePolicy is invalid. Reason: "
    for name in ("maxReceiveCount", "deadLetterTargetArn"):
        if name not in read:
            raise InvalidParameterValue(f"{refusal}Redrive policy does not contain mandatory attribute: {name}.")
    count = read["maxReceiveCount"]
    if not _is_within(count, 1, 1_000):
        told = f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        raise InvalidParameterValue(f"{refusal}{told}")
