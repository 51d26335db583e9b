"""SQS: one thread at a time at a queue, so that no message is lost or given twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from moto.sqs.models import Message, Queue, SQSBackend

from infra.local.patches.registry import wrap


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
    """moto hands one message to two receivers; waiting happens outside the lock."""
    queue = backend.get_queue(queue_name)
    until = time.monotonic() + (wait_seconds_timeout or 0)
    while True:
        with queue._messages_lock:
            found = original(backend, queue_name, count, 0, visibility_timeout, message_attribute_names)
        left = until - time.monotonic()
        if found or left <= 0:
            return found
        queue.wait_for_messages(min(left, 1.0))  # type: ignore[arg-type]
