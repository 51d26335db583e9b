"""A bucket as an item of DynamoDB: its events in one compact text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from serin.domain.buckets import Bucket
from serin.domain.errors import TooLarge
from serin.domain.features import EntityKey

# DynamoDB takes 400 KB; the other attributes and the names need a little.
MOST_BYTES = 400 * 1024 - 1024


def bucket_item(bucket: Bucket) -> dict[str, Any]:
    """The item; raises TooLarge when its events do not fit into one."""
    events = json.dumps(_packed(bucket), separators=(",", ":"))
    size = len(events.encode())
    if size > MOST_BYTES:
        raise TooLarge(
            f"An entity has {len(bucket.times):,} events in one bucket: {size:,} bytes; an item has {MOST_BYTES:,}.",
            "Give the view an entity with fewer events, or shorter windows and ttl (up to 6h it is kept by the hour).",
        )
    return {
        "pk": {"S": bucket.key.id},
        "events": {"S": events},
        "sequence": {"N": str(bucket.sequence)},
        "expires": {"N": str(math.ceil(bucket.expires.timestamp()))},
    }


def read_bucket(key: EntityKey, item: Mapping[str, Any]) -> Bucket:
    """The bucket `bucket_item` has written."""
    packed = json.loads(item["events"]["S"])
    unit, start = packed["u"], packed["s"]
    times = [start + offset * unit for offset in packed["t"]]
    known = list(times)
    for index, later in packed["k"]:
        known[index] = times[index] + later * unit
    values = {name: tuple(column) for name, column in packed["v"].items()}
    until = {index: times[index] + later * unit for index, later in packed.get("x", ())}
    expires = datetime.fromtimestamp(int(item["expires"]["N"]), UTC)
    return Bucket(key, tuple(times), tuple(known), values, int(item["sequence"]["N"]), expires, until)


def _packed(bucket: Bucket) -> dict[str, Any]:
    """Times as offsets from the first in the greatest unit they share, and other times only where they are others."""
    start = bucket.times[0] if bucket.times else 0
    offsets = [at - start for at in bucket.times]
    later = [known - at for at, known in zip(bucket.times, bucket.known, strict=True)]
    until = {index: at - bucket.times[index] for index, at in bucket.until.items()}
    unit = math.gcd(*offsets, *later, *until.values()) or 1
    packed = {
        "s": start,
        "u": unit,
        "t": [offset // unit for offset in offsets],
        "k": [(index, more // unit) for index, more in enumerate(later) if more],
        "v": bucket.values,
    }
    # Few buckets have any, so the others do without.
    return {**packed, "x": [(index, more // unit) for index, more in until.items()]} if until else packed
