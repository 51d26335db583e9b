"""Waiting for what another thread or process does: how long it may take is a guard against hanging, never a measure."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 300.0
"""Longer than anything takes on the busiest machine, shorter than a test's time-out."""


def wait_until(true: Callable[[], object], every_s: float = 0.01) -> bool:
    """Whether it has come true; a look every so many seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(every_s)
    return bool(found)
