"""SNS: functions are invoked as SNS does, and queues and functions only where their policy lets the topic."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from moto.sns.models import Subscription

from infra.local.delivery.envelope import to_the_millisecond
from infra.local.delivery.message import Message
from infra.local.delivery.registry import deliver, target_of
from infra.local.iam.errors import AccessDenied
from infra.local.moto_patches.registry import wrap
from infra.local.wiring import wiring

_log = logging.getLogger(__name__)

_DELIVERED = ("lambda", "sqs")


@wrap(Subscription, "publish")
def publish(
    original: Callable[..., None],
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: Mapping[str, Any] | None = None,
    message_structure: str | None = None,
    **more: Any,
) -> None:
    """moto waits for subscribed functions, gives them an event of examples, and asks nobody's policy."""
    matcher = subscription._filter_policy_matcher
    if matcher is not None and not matcher.matches(dict(message_attributes or {}) or None, message):
        return
    if not _may(subscription):
        return
    if subscription.protocol != "lambda":
        more |= {"message_attributes": message_attributes, "message_structure": message_structure}
        original(subscription, message, message_id, subject=subject, **more)
        return
    if message_structure == "json":
        message = subscription._parse_message_structure(message, "lambda")
    record = _record(subscription, message, message_id, subject, message_attributes or {})
    deliver(Message(subscription.endpoint, json.dumps({"Records": [record]})))


def _may(subscription: Subscription) -> bool:
    """Whether the endpoint takes what the topic sends; SNS drops what it does not, and sends to the others."""
    if subscription.protocol not in _DELIVERED:
        return True
    endpoint, topic_arn = subscription.endpoint, subscription.topic_arn
    try:
        wiring().guard.service_may("sns.amazonaws.com", target_of(endpoint).action, endpoint, topic_arn)
    except AccessDenied as error:
        _log.warning("topic %s could not reach %s: %s", subscription.topic_arn, subscription.endpoint, error)
        return False
    return True


def _record(
    subscription: Subscription, message: str, message_id: str, subject: str | None, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html; nothing here is signed."""
    return {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "EventSource": "aws:sns",
        "Sns": {
            "SignatureVersion": "1",
            "Timestamp": to_the_millisecond(),
            "Signature": "",
            "SigningCertUrl": "",
            "MessageId": message_id,
            "Message": message,
            "MessageAttributes": attributes,
            "Type": "Notification",
            "UnsubscribeUrl": "",
            "TopicArn": subscription.topic_arn,
            "Subject": subject,
        },
    }
