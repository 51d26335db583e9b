"""A clock that begins in April 2013, and threads it counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from infra.local.clock import VirtualClock
from infra.local.clock.threads import ClockThread

START = datetime(2013, 4, 1, 4, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    made = VirtualClock(START)
    yield made
    made.close()


def resting(clock: VirtualClock) -> Callable[[], None]:
    """Waits until all threads of the crew do."""

    def settle() -> None:
        quiet = 0
        while quiet < 3:
            quiet = 0 if clock.waiting.moving() else quiet + 1
            time.sleep(0.0005)

    return settle


def crew(clock: VirtualClock, target: Callable[[], object]) -> ClockThread:
    thread = ClockThread(clock, target, daemon=True)
    thread.start()
    return thread


def begin(clock: VirtualClock, target: Callable[[], object]) -> None:
    crew(clock, target)
