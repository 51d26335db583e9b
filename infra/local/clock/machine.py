"""The machine's own clock, for what is not of the cloud: real processes, and sessions their holders renew.

Everything else asks the cloud's clock (virtual.py). Nobody but this folder reads the machine's time by itself.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


def time_s() -> float:
    """Seconds of the epoch."""
    return time.time()


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.fromtimestamp(time_s(), UTC)
