"""A bucket as an item of DynamoDB: its events in few bytes, of which a busy entity has several items' worth.

The bytes are compressed: a line of JSON, which says how much there is and how it lies, and behind it the times' offsets
and the columns, each value as wide as the widest (`packed_columns`).
"""

from __future__ import annotations

import json
import math
import zlib
from binascii import a2b_base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from serin.adapters.packed_columns import Column, narrowest, packed, unpacked
from serin.domain.bucket_columns import Times
from serin.domain.buckets import Bucket
from serin.domain.features import MOST_BYTES, EntityKey

Item = dict[str, Any]
_LAYOUT = json.JSONDecoder()


def bucket_items(bucket: Bucket) -> list[Item]:
    """The bucket's item, last, after the items that hold what does not fit into it.

    These are named after its sequence too, so that whoever has read the bucket's item reads what belongs to it; what
    belongs to an earlier one ends by itself, as buckets do.
    """
    content = zlib.compress(_written(bucket))
    pieces = [content[start : start + MOST_BYTES] for start in range(0, len(content), MOST_BYTES)]
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


def piece_of(item: Mapping[str, Any]) -> bytes:
    """The bytes of one item, which are Base64 where nobody has read them for us."""
    content: bytes | str = item["events"]["B"]
    return content if isinstance(content, bytes) else a2b_base64(content)


def read_bucket(key: EntityKey, item: Mapping[str, Any], pieces: Iterable[bytes] = ()) -> Bucket:
    """The bucket `bucket_items` has written; `pieces` are the bytes of its other items, in order."""
    content = zlib.decompress(b"".join((piece_of(item), *pieces)) if "pieces" in item else piece_of(item))
    place = content.index(b"\n")
    layout, _ = _LAYOUT.raw_decode(content[:place].decode())
    count, unit = layout["n"], layout["u"]
    offsets, place = unpacked(layout["t"], content, place + 1, count)
    times = Times(layout["s"], unit, offsets)  # type: ignore[arg-type] # whole numbers without nulls
    known: Sequence[int] = times
    if layout["k"]:
        later, place = unpacked(layout["k"], content, place, count)
        known = tuple(time + unit * more for time, more in zip(times, later, strict=True))
    values: dict[str, Column] = {}
    for name, code in layout["v"].items():
        if isinstance(code, str):
            values[name], place = unpacked(code, content, place, count)
        else:
            values[name] = tuple(code)
    until = {index: times[index] + more * unit for index, more in layout["x"]} if "x" in layout else {}
    many = int(item["too_many"]["N"]) if "too_many" in item else 0
    expires = _expires(item["expires"]["N"])
    return Bucket(key, times, known, values, int(item["sequence"]["N"]), expires, until, many)


@lru_cache(maxsize=256)
def _expires(seconds: str) -> datetime:
    """Buckets of one stretch of time end together."""
    return datetime.fromtimestamp(int(seconds), UTC)


def _item(bucket: Bucket, name: str, content: bytes) -> Item:
    return {
        "pk": {"S": name},
        "events": {"B": content},
        "sequence": {"N": str(bucket.sequence)},
        "expires": {"N": str(math.ceil(bucket.expires.timestamp()))},
    }


def _names(bucket: Bucket, count: int) -> list[str]:
    return [bucket.key.id, *_piece_names(bucket.key.id, bucket.sequence, count)]


def _piece_names(name: str, sequence: int, count: int) -> list[str]:
    return [f"{name}/{sequence}/{number}" for number in range(1, count)]


def _written(bucket: Bucket) -> bytes:
    """Times as offsets from the first in the greatest unit they share, and other times only where there are others."""
    start = bucket.times[0] if bucket.times else 0
    offsets = [at - start for at in bucket.times]
    later = [known - at for at, known in zip(bucket.times, bucket.known, strict=True)]
    until = {index: at - bucket.times[index] for index, at in bucket.until.items()}
    unit = math.gcd(*offsets, *later, *until.values()) or 1
    times = narrowest(offset // unit for offset in offsets)
    knowing = narrowest(more // unit for more in later) if any(later) else None
    columns = {name: packed(column) for name, column in bucket.values.items()}
    layout: dict[str, Any] = {
        "n": len(offsets),
        "s": start,
        "u": unit,
        "t": times.typecode,
        "k": "" if knowing is None else knowing.typecode,
        "v": {name: code or list(bucket.values[name]) for name, (code, _) in columns.items()},
    }
    if until:
        # Few buckets have any, so the others do without.
        layout["x"] = [(index, more // unit) for index, more in until.items()]
    numbers = (times, knowing) if knowing is not None else (times,)
    parts = [*(one.tobytes() for one in numbers), *(content for _, content in columns.values())]
    return b"\n".join((json.dumps(layout, separators=(",", ":")).encode(), b"".join(parts)))
