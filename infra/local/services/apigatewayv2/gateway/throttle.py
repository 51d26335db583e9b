"""How many requests a route takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.services.apigatewayv2.model import Route, RouteTable, Throttle


@dataclass
class _Bucket:
    limit: Throttle
    tokens: float
    filled_at: float


class Throttles:
    """A token bucket a route: its own limit, or the stage's for each route by itself."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def admits(self, table: RouteTable, route: Route) -> bool:
        """Take a token; False when there is none."""
        limit = route.throttle or table.throttle
        if limit is None:
            return True
        with self._lock:
            bucket = self._filled(route.key, limit)
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True

    def _filled(self, key: str, limit: Throttle) -> _Bucket:
        now = self._now_s()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.limit != limit:
            bucket = self._buckets[key] = _Bucket(limit, limit.burst, now)
        bucket.tokens = min(limit.burst, bucket.tokens + (now - bucket.filled_at) * limit.rate)
        bucket.filled_at = now
        return bucket
