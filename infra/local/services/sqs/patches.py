"""SQS: one thread at a time at a queue, so that no message is lost or given twice; time-outs to the moment."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, SQSBackend

from infra.local.iam.documents import check
from infra.local.moto_patches.registry import PATCHES, Patch, wrap
from infra.local.services.sqs.due_messages import drop_expired
from infra.local.services.sqs.limits import check_settings
from infra.local.wiring import wiring


@wrap(Queue, "delete_message")
def delete_message(original: Callable[..., None], queue: Queue, receipt_handle: str) -> None:
    """moto rebuilds the list of messages, and one that arrives meanwhile is lost."""
    with queue._messages_lock:
        original(queue, receipt_handle)


@wrap(SQSBackend, "receive_message")
def receive_message(
    original: Callable[..., list[Message]],
    backend: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: Any = None,
) -> list[Message]:
    """moto hands one message to two receivers, and stops at one its queue should have dropped; waiting happens
    outside the lock, in real time, as it is a client's connection that waits."""
    queue = backend.get_queue(queue_name)
    until = time.monotonic() + (wait_seconds_timeout or 0)
    while True:
        with queue._messages_lock:
            drop_expired(queue, wiring().clock.time())
            messages = original(backend, queue_name, count, 0, visibility_timeout, message_attribute_names)
        left = until - time.monotonic()
        if messages or left <= 0:
            return messages
        queue.wait_for_messages(min(left, 1.0))  # type: ignore[arg-type]


def _visible(message: Message) -> bool:
    """moto shows a message a moment after its time-out has passed, and not when it has."""
    return unix_time_millis() >= message.visible_at


PATCHES.append(Patch(Message, "visible", lambda _original: property(_visible), str(_visible.__doc__)))


@wrap(Queue, "_set_attributes")
def set_attributes(original: Callable[..., None], queue: Queue, attributes: Mapping[str, Any], *rest: Any) -> None:
    """moto keeps a queue's policy and never reads it, and takes any setting."""
    check_settings(attributes)
    policy = attributes.get("Policy")
    if policy:
        check(f"of queue {queue.name}", policy if isinstance(policy, str) else json.dumps(policy))
    original(queue, attributes, *rest)
