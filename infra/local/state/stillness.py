"""Holding the cloud still for the moment in which it is frozen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from infra.local.services.dynamodb import patches as dynamodb
from infra.local.services.s3 import patches as s3

_LONGEST_S = 5.0


@contextmanager
def stillness() -> Iterator[None]:
    """No DynamoDB or S3 call is in the middle, and no other thread runs Python, until the block ends.

    The interpreter gives other threads their turn after its switch interval, which is made longer than any block;
    blocks that wait for a disk or a lock let others in all the same.
    """
    interval = sys.getswitchinterval()
    with ExitStack() as held:
        held.enter_context(dynamodb._lock)
        held.enter_context(s3._lock)
        sys.setswitchinterval(_LONGEST_S)
        held.callback(sys.setswitchinterval, interval)
        yield
