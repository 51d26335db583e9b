"""Holding the cloud still for the moment in which it is frozen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from infra.local.services.service import Services

_LONGEST_S = 5.0


@contextmanager
def stillness(services: Services) -> Iterator[None]:
    """No call that a service guards by a lock is in the middle, and no other thread runs Python, until the block ends.

    The interpreter gives other threads their turn after its switch interval, which is made longer than any block;
    blocks that wait for a disk or a lock let others in all the same.
    """
    interval = sys.getswitchinterval()
    with ExitStack() as held:
        for lock in (lock for service in services for lock in service.frozen.locks):
            held.enter_context(lock)
        sys.setswitchinterval(_LONGEST_S)
        held.callback(sys.setswitchinterval, interval)
        yield
