"""How much work something is: CPU time beside that of a yardstick in the same run, so that no machine is too slow."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_s(work: Callable[[], object]) -> float:
    """The CPU seconds of this process while it works."""
    began = time.process_time()
    work()
    return time.process_time() - began


def times_the_work(work: Callable[[], object], yardstick: Callable[[], object]) -> float:
    """How many times as much work as the yardstick, which is the larger of two measurements."""
    return cpu_s(work) / max(cpu_s(yardstick) for _ in range(2))
