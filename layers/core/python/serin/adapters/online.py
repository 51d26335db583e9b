"""The last values of entities, and the buckets of their events, on DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from serin.adapters.bucket_items import bucket_item, read_bucket
from serin.domain.buckets import Bucket, OnlineItem
from serin.domain.errors import Unavailable
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.records import as_record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READS_PER_CALL = 100
WRITES_PER_CALL = 25
WRITES_AT_ONCE = 8
ATTEMPTS = 5


class DynamoOnlineFeatures:
    """One item an entity and view; `event_time` is epoch microseconds, so that older values cannot replace newer."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def write(self, values: Sequence[OnlineValues]) -> int:
        static = [value for value in values if value.event_time is None]
        for chunk in _chunks(static, WRITES_PER_CALL):
            self._replace(chunk)
        return len(static) + sum(self._keep_newest(value) for value in values if value.event_time is not None)

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        with ThreadPoolExecutor(WRITES_AT_ONCE) as writers:
            return sum(writers.map(self._keep_latest, buckets))

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        wanted = {key.id: key for key in keys}
        found: dict[EntityKey, OnlineItem] = {}
        for chunk in _chunks(list(wanted), READS_PER_CALL):
            for item in self._items(chunk):
                key = wanted[item["pk"]["S"]]
                found[key] = _found(key, item)
        return found

    def _items(self, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        request: Any = {self._table: {"Keys": [{"pk": {"S": item}} for item in ids]}}
        for _ in range(ATTEMPTS):
            answer = self._client.batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(self._table, ())
            request = answer.get("UnprocessedKeys")
            if not request:
                return
        raise Unavailable("The online features did not answer for every key.", "Try again.")

    def _replace(self, values: Sequence[OnlineValues]) -> None:
        request: Any = {self._table: [{"PutRequest": {"Item": _item(value)}} for value in values]}
        for _ in range(ATTEMPTS):
            request = self._client.batch_write_item(RequestItems=request).get("UnprocessedItems")
            if not request:
                return
        raise Unavailable("The online features did not take every value.", "Try again.")

    def _keep_newest(self, value: OnlineValues) -> bool:
        item = _item(value)
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(event_time) OR event_time <= :moment",
                ExpressionAttributeValues={":moment": item["event_time"]},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _keep_latest(self, bucket: Bucket) -> bool:
        try:
            self._client.put_item(
                TableName=self._table,
                Item=bucket_item(bucket),
                ConditionExpression="attribute_not_exists(pk) OR #sequence <= :sequence",
                ExpressionAttributeNames={"#sequence": "sequence"},
                ExpressionAttributeValues={":sequence": {"N": str(bucket.sequence)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _found(key: EntityKey, item: Mapping[str, Any]) -> OnlineItem:
    if "events" in item:
        return read_bucket(key, item)
    return OnlineValues(key, json.loads(item["values"]["S"]), _moment(item))


def _item(value: OnlineValues) -> dict[str, Any]:
    item: dict[str, Any] = {"pk": {"S": value.key.id}, "values": {"S": json.dumps(as_record(value.values))}}
    if value.event_time is not None:
        item["event_time"] = {"N": str(round(value.event_time.timestamp() * 1_000_000))}
    return item


def _moment(item: Mapping[str, Any]) -> datetime | None:
    if "event_time" not in item:
        return None
    return datetime.fromtimestamp(int(item["event_time"]["N"]) / 1_000_000, UTC)


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
