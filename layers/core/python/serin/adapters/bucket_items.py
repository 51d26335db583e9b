"""A bucket as an item of DynamoDB: its events in one compact text, of which a busy entity has several items' worth."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from serin.domain.buckets import Bucket
from serin.domain.features import MOST_BYTES, EntityKey

Item = dict[str, Any]


def bucket_items(bucket: Bucket) -> list[Item]:
    """The bucket's item, last, after the items that hold what does not fit into it.

    These are named after its sequence too, so that whoever has read the bucket's item reads what belongs to it; what
    belongs to an earlier one ends by itself, as buckets do.
    """
    text = json.dumps(_packed(bucket), separators=(",", ":"))
    pieces = [text[start : start + MOST_BYTES] for start in range(0, len(text), MOST_BYTES)]
    items = [_item(bucket, name, piece) for name, piece in zip(_names(bucket, len(pieces)), pieces, strict=True)]
    if len(pieces) > 1:
        items[0]["pieces"] = {"N": str(len(pieces))}
    if bucket.too_many:
        items[0]["too_many"] = {"N": str(bucket.too_many)}
    return [*items[1:], items[0]]


def piece_names(item: Mapping[str, Any]) -> list[str]:
    """The keys of the items that hold what did not fit into a bucket's."""
    count = int(item["pieces"]["N"]) if "pieces" in item else 1
    return _piece_names(item["pk"]["S"], int(item["sequence"]["N"]), count)


def read_bucket(key: EntityKey, item: Mapping[str, Any], pieces: Iterable[str] = ()) -> Bucket:
    """The bucket `bucket_items` has written; `pieces` are the texts of its other items, in order."""
    packed = json.loads("".join((item["events"]["S"], *pieces)))
    unit, start = packed["u"], packed["s"]
    times = [start + offset * unit for offset in packed["t"]]
    known = list(times)
    for index, later in packed["k"]:
        known[index] = times[index] + later * unit
    values = {name: tuple(column) for name, column in packed["v"].items()}
    until = {index: times[index] + later * unit for index, later in packed.get("x", ())}
    expires = datetime.fromtimestamp(int(item["expires"]["N"]), UTC)
    many = int(item["too_many"]["N"]) if "too_many" in item else 0
    return Bucket(key, tuple(times), tuple(known), values, int(item["sequence"]["N"]), expires, until, many)


def _item(bucket: Bucket, name: str, text: str) -> Item:
    return {
        "pk": {"S": name},
        "events": {"S": text},
        "sequence": {"N": str(bucket.sequence)},
        "expires": {"N": str(math.ceil(bucket.expires.timestamp()))},
    }


def _names(bucket: Bucket, count: int) -> list[str]:
    return [bucket.key.id, *_piece_names(bucket.key.id, bucket.sequence, count)]


def _piece_names(name: str, sequence: int, count: int) -> list[str]:
    return [f"{name}/{sequence}/{number}" for number in range(1, count)]


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
