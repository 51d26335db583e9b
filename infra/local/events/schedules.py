"""Rules on a schedule: `rate(...)` in real time."""

from __future__ import annotations

import re
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule, events_backends

from infra.local.events.router import Router
from infra.local.wiring import ACCOUNT
from serin.domain.errors import Invalid

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


def period_s(expression: str) -> float:
    """Seconds between two runs; raises Invalid for a schedule the local cloud has no driver for."""
    rate = _RATE.fullmatch(expression)
    if rate is None:
        raise Invalid(f"The local cloud cannot run the schedule {expression}.", "Use rate(n minutes|hours|days).")
    return int(rate.group(1)) * _SECONDS[rate.group(2)]


class Schedules:
    """Fires the enabled rules of the default bus whose period has passed since they were first seen."""

    def __init__(self, region: str, router: Router) -> None:
        self._region = region
        self._router = router
        self._due: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)

    def start(self) -> None:
        """Begin to watch the clock."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def tick(self, now: float) -> None:
        """Fire what is due at `now`, in seconds of any steady clock."""
        bus = events_backends[ACCOUNT][self._region].event_buses["default"]
        for rule in list(bus.rules.values()):
            if not rule.scheduled_expression:
                continue
            period = period_s(rule.scheduled_expression)
            due = self._due.setdefault(rule.name, now + period)
            if now >= due:
                self._due[rule.name] = due + period
                if rule.state == "ENABLED":
                    self._router.fire(rule, self._event(rule))

    def _run(self) -> None:
        while not self._stopping.wait(0.5):
            self.tick(time.monotonic())

    def _event(self, rule: Rule) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._region,
            "resources": [rule.arn],
            "detail": {},
        }
