"""What becomes of messages at a restart."""

from __future__ import annotations

from moto.sqs.models import Queue, sqs_backends

from infra.local.services.service import Keeping
from infra.local.wiring import ACCOUNT


def _make_visible(region: str) -> None:
    """Who had received them is gone."""
    queues: list[Queue] = list(sqs_backends[ACCOUNT][region].queues.values())
    for queue in queues:
        queue._pending_messages.clear()
        for message in queue._messages:
            message.visible_at = 0.0


KEEPING = Keeping(thawed=_make_visible)
