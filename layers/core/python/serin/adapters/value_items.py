"""Last values as an item of DynamoDB: those that hold now, and in one text those that will."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from serin.domain.buckets import micros, moment_of
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.records import as_record

_TIMES = ("event_time", "since")
_Part = dict[str, Any]


def values_item(values: OnlineValues) -> dict[str, Any]:
    """The item; `serin.domain.features.fitting` says what fits into one."""
    part = _part(values)
    item: dict[str, Any] = {"pk": {"S": values.key.id}, "values": {"S": json.dumps(part.pop("values"))}}
    item |= {name: {"N": str(number)} for name, number in part.items()}
    item["sequence"] = {"N": str(values.sequence)}
    if values.too_many:
        item["too_many"] = {"N": str(values.too_many)}
    if values.later:
        item["later"] = {"S": json.dumps([_part(following) for following in values.later], separators=(",", ":"))}
    return item


def read_values(key: EntityKey, item: Mapping[str, Any]) -> OnlineValues:
    """The values `values_item` has written."""
    sequence = int(item["sequence"]["N"])
    later = json.loads(item["later"]["S"]) if "later" in item else ()
    return OnlineValues(
        key,
        json.loads(item["values"]["S"]),
        _moment(item, "event_time"),
        sequence,
        _moment(item, "since"),
        tuple(_following(key, part, sequence) for part in later),
        int(item["too_many"]["N"]) if "too_many" in item else 0,
    )


def _part(values: OnlineValues) -> _Part:
    times = {name: getattr(values, name) for name in _TIMES}
    return {"values": as_record(values.values), **{name: micros(at) for name, at in times.items() if at is not None}}


def _following(key: EntityKey, part: _Part, sequence: int) -> OnlineValues:
    event, since = (moment_of(part[name]) if name in part else None for name in _TIMES)
    return OnlineValues(key, part["values"], event, sequence, since)


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    return moment_of(int(item[name]["N"])) if name in item else None
