"""Log subscriptions: matching log events, batched and delivered after they were written."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.logs.models import SubscriptionFilter

from infra.local.delivery.message import Message
from infra.local.delivery.registry import deliver
from infra.local.services.logs.filter_pattern import FilterPattern
from infra.local.wiring import ACCOUNT, wiring

_log = logging.getLogger(__name__)

_GATHER_S = 3.0
"""How long lines wait for more, unless somebody waits for them: each delivery is a call of a function."""
_BATCH = 1000
"""Log events a delivery; AWS fills at most 1 MB of decompressed data."""


@dataclass(frozen=True)
class _Key:
    destination: str
    group: str
    stream: str
    filter_name: str


class Subscriptions:
    """Gathers what subscription filters let through and invokes their functions with it."""

    def __init__(self) -> None:
        self._gathered: dict[_Key, list[dict[str, Any]]] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._awaited = False
        self._delivering = False
        self._thread = threading.Thread(target=self._run, name="log subscriptions", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def offer(
        self, subscription: SubscriptionFilter, group: str, stream: str, events: Sequence[dict[str, Any]]
    ) -> None:
        """Take log events (`id`, `timestamp`, `message`) as they are written; keeps those the pattern matches."""
        pattern = _pattern(subscription.filter_pattern)
        kept = [event for event in events if pattern.matches(event["message"])]
        if not kept:
            return
        key = _Key(subscription.destination_arn, group, stream, subscription.name)
        with self._changed:
            self._gathered.setdefault(key, []).extend(kept)
            self._changed.notify()

    @property
    def idle(self) -> bool:
        """Whether nothing is gathered or on its way."""
        with self._changed:
            return not self._gathered and not self._delivering

    def hand_over(self) -> None:
        """Deliver what is gathered without waiting for more."""
        with self._changed:
            self._awaited = bool(self._gathered)
            self._changed.notify()

    def stop(self) -> None:
        """End; what is still gathered is dropped with the cloud."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._gathered or self._stopping)
                self._changed.wait_for(lambda: self._awaited or self._stopping, _GATHER_S)
                if self._stopping:
                    return
                batches, self._gathered, self._awaited = self._gathered, {}, False
                self._delivering = True
            for key, events in batches.items():
                self._deliver(key, events)
            with self._changed:
                self._delivering = False

    def _deliver(self, key: _Key, events: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(events), _BATCH):
            payload = _awslogs(key, events[start : start + _BATCH])
            try:
                self._check_permission(key)
                deliver(Message(key.destination, payload))
            except Exception as error:  # noqa: BLE001 - a destination that is gone must not stop the others
                _log.warning("subscription %s could not deliver to %s: %s", key.filter_name, key.destination, error)

    def _check_permission(self, key: _Key) -> None:
        """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample"""
        running = wiring()
        source = f"arn:aws:logs:{running.region}:{ACCOUNT}:log-group:{key.group}:*"
        running.guard.service_may("logs.amazonaws.com", "lambda:InvokeFunction", key.destination, source)


@lru_cache(maxsize=256)
def _pattern(text: str) -> FilterPattern:
    return FilterPattern.parse(text)


def _awslogs(key: _Key, events: Sequence[dict[str, Any]]) -> str:
    """The event Lambda receives: https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html"""
    record = {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": key.group,
        "logStream": key.stream,
        "subscriptionFilters": [key.filter_name],
        "logEvents": list(events),
    }
    packed = gzip.compress(json.dumps(record, separators=(",", ":")).encode(), mtime=0)
    return json.dumps({"awslogs": {"data": base64.b64encode(packed).decode()}})
