"""Messages that the clock moves: those that become visible, and those that are kept no longer."""

from __future__ import annotations

from collections.abc import Iterator

from moto.sqs.models import Message, Queue, sqs_backends

from infra.local.clock import VirtualClock
from infra.local.services.sqs.telemetry import count_waiting
from infra.local.wiring import ACCOUNT


class DueMessages:
    """Wakes those who wait at a queue when a message becomes visible, and drops what it has kept for long enough."""

    def __init__(self, region: str, clock: VirtualClock) -> None:
        self._region = region
        self._clock = clock

    def due(self) -> float | None:
        """When the next message of any queue appears or is dropped; looks at how many wait, before any alarm does."""
        now, queues = self._clock.time(), self._queues()
        for queue in queues:
            count_waiting(queue)
        return min((moment for queue in queues for moment in _moments(queue) if moment > now), default=None)

    def fire(self, moment: float) -> None:
        """Look at all queues."""
        for queue in self._queues():
            with queue._messages_lock:
                drop_expired(queue, moment)
                queue._messages_lock.notify_all()

    def _queues(self) -> list[Queue]:
        return list(sqs_backends[ACCOUNT][self._region].queues.values())


def drop_expired(queue: Queue, now_s: float) -> None:
    """Delete what was sent longer ago than the queue keeps messages; the caller holds the queue's lock."""
    expired = [message for message in queue._messages if _kept_until_s(queue, message) <= now_s]
    for message in expired:
        queue._messages.remove(message)
        queue._pending_messages.discard(message)


def _moments(queue: Queue) -> Iterator[float]:
    for message in list(queue._messages):
        yield max(message.visible_at, message.delayed_until) / 1000
        yield _kept_until_s(queue, message)


def _kept_until_s(queue: Queue, message: Message) -> float:
    kept_s = int(queue.message_retention_period)  # type: ignore[attr-defined]
    return float(message.sent_timestamp or 0) / 1000 + kept_s
