"""DynamoDB's time to live: items go by themselves, some time after they have expired."""

from __future__ import annotations

import math
from contextlib import suppress

from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from infra.local.clock import VirtualClock
from infra.local.services.dynamodb.queries import items_of
from infra.local.wiring import ACCOUNT

SWEEP_S = 24 * 3600.0
"""Sweeps begin at midnight UTC: all items are looked at, and nobody is promised an hour."""

GRACE_S = 48 * 3600.0
"""How long an expired item is still read: AWS promises its end within a few days and no moment."""

_OLDEST_S = 5 * 365.25 * 86400
"""AWS takes a time that lies further back for a mistake and leaves the item."""


class Expiry:
    """Deletes, at the first sweep 48 hours after it expired, each item of a table with a time to live.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
    """

    def __init__(self, region: str, clock: VirtualClock) -> None:
        self._region = region
        self._next = (math.floor(clock.time() / SWEEP_S) + 1) * SWEEP_S

    def due(self) -> float | None:
        """The next sweep, when any table has a time to live."""
        return self._next if self._tables() else None

    def fire(self, moment: float) -> None:
        """Sweep all tables."""
        self._next = (math.floor(moment / SWEEP_S) + 1) * SWEEP_S
        for table in self._tables():
            self._sweep(table, moment)

    def _tables(self) -> list[Table]:
        backend = dynamodb_backends[ACCOUNT][self._region]
        return [table for table in list(backend.tables.values()) if table.ttl["TimeToLiveStatus"] == "ENABLED"]

    def _sweep(self, table: Table, now_s: float) -> None:
        backend = dynamodb_backends[ACCOUNT][self._region]
        attribute, first, last = table.ttl["AttributeName"], now_s - _OLDEST_S, now_s - GRACE_S
        for item in items_of(table):
            if (value := item.attrs.get(attribute)) is not None and first < _seconds(value) <= last:
                names = [table.hash_key_attr, *([table.range_key_attr] if table.range_key_attr else [])]
                key = {name: item.attrs[name].to_json() for name in names}
                values = {":expires": item.attrs[attribute].to_json()}
                # It may have been written anew since it was read; the others go all the same.
                with suppress(ConditionalCheckFailed):
                    backend.delete_item(table.name, key, {"#ttl": attribute}, values, "#ttl = :expires")


def _seconds(value: DynamoType) -> float:
    """An attribute as seconds of the epoch; only numbers are, and all else never comes."""
    if value.type != "N":
        return math.inf
    try:
        return float(value.value)
    except ValueError:
        return math.inf
