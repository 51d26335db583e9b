"""The policy of a queue."""

from __future__ import annotations

from moto.sqs.models import sqs_backends

from infra.local.wiring import ACCOUNT


def policy_of(region: str, name: str) -> tuple[str, str] | None:
    """The queue's."""
    queue = sqs_backends[ACCOUNT][region].queues.get(name)
    return None if queue is None or not queue.policy else (name, queue.policy)
