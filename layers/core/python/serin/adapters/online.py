"""The last values of entities, and the buckets of their events, on DynamoDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from serin.adapters.bare_calls import OK, BareCalls, Reply
from serin.adapters.batch_reads import BatchReads
from serin.adapters.bucket_items import bucket_items, piece_names, piece_of, read_bucket
from serin.adapters.value_items import read_values, values_item
from serin.domain.buckets import Bucket, OnlineItem
from serin.domain.features import EntityKey, OnlineValues

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITES_AT_ONCE = 8


class DynamoOnlineFeatures:
    """One item an entity and view, or bucket; `sequence` says how much was known."""

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        calls: BareCalls | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._made_client = client
        self._calls = calls
        self._table = table
        self._reads = BatchReads(lambda: self._client, table, calls, sleep)

    @cached_property
    def _client(self) -> DynamoDBClient:
        """botocore's, which is not started before it is needed."""
        return self._made_client()

    def write(self, values: Sequence[OnlineValues]) -> int:
        return self._written([values_item(value)] for value in values)

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        return self._written(bucket_items(bucket) for bucket in buckets)

    def _written(self, items: Iterable[Sequence[dict[str, Any]]]) -> int:
        """How many of the last items were kept, which lead to the others: these are there before they are."""
        of_each = list(items)
        self._put_each([item for several in of_each for item in several[:-1]])
        return sum(self._put_each([several[-1] for several in of_each]))

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        wanted = {key.id: key for key in keys}
        found = [(wanted[item["pk"]["S"]], item) for item in self._reads.items([_key(name) for name in wanted])]
        return {key: self._found(key, item) for key, item in found}

    def forget(self, ids: Sequence[str]) -> int:
        there = list(self._reads.items([_key(name) for name in ids], consistent=True))
        for item in there:
            pieces = piece_names(item) if "events" in item else ()
            # The item that leads to the pieces goes last, so that whoever comes again finds them.
            for name in (*pieces, item["pk"]["S"]):
                self._client.delete_item(TableName=self._table, Key=_key(name))
        return len(there)

    def _found(self, key: EntityKey, item: Mapping[str, Any]) -> OnlineItem:
        if "events" not in item:
            return read_values(key, item)
        if "pieces" not in item:
            return read_bucket(key, item)
        names = piece_names(item)
        # They were written before the item that leads here, which a replica may not know yet.
        contents = {piece["pk"]["S"]: piece_of(piece) for piece in self._pieces(names)}
        return read_bucket(key, item, (contents[name] for name in names))

    def _pieces(self, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        return self._reads.items([_key(name) for name in names], consistent=True)

    def _put_each(self, items: Sequence[dict[str, Any]]) -> list[bool]:
        """Keep items unless the table has one of a later sequence; whether each was kept.

        Asked the short way first. What has no plain answer is asked of botocore: to put an item twice changes nothing.
        """
        puts = [self._put_of(item) for item in items]
        replies = [None] * len(puts) if self._calls is None else self._calls.ask_each("PutItem", puts)
        kept = {at: reply.status == OK for at, reply in enumerate(replies) if reply is not None and _is_plain(reply)}
        open_still = [at for at in range(len(puts)) if at not in kept]
        if open_still:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(WRITES_AT_ONCE) as writers:
                put = writers.map(self._put, [puts[at] for at in open_still])
                kept |= dict(zip(open_still, put, strict=True))
        return [kept[at] for at in range(len(puts))]

    def _put_of(self, item: dict[str, Any]) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR #sequence <= :sequence",
            "ExpressionAttributeNames": {"#sequence": "sequence"},
            "ExpressionAttributeValues": {":sequence": item["sequence"]},
        }

    def _put(self, put: Any) -> bool:
        try:
            self._client.put_item(**put)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _is_plain(reply: Reply) -> bool:
    """Whether an item was written, or one of a later sequence was there."""
    return reply.status == OK or str(reply.record.get("__type")).endswith("#ConditionalCheckFailedException")


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}}
