"""The last values of entities, and the buckets of their events, on DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from serin.adapters.bare_calls import OK, BareCalls, Reply
from serin.adapters.bucket_items import bucket_items, piece_names, piece_of, read_bucket
from serin.adapters.value_items import read_values, values_item
from serin.domain.buckets import Bucket, OnlineItem
from serin.domain.errors import Unavailable
from serin.domain.features import EntityKey, OnlineValues

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from mypy_boto3_dynamodb import DynamoDBClient

READS_PER_CALL = 100
WRITES_AT_ONCE = READS_AT_ONCE = 8
ATTEMPTS = 5
FIRST_PAUSE_S = 0.05


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
        self._sleep = sleep

    @cached_property
    def _client(self) -> DynamoDBClient:
        """botocore's, which is not started before it is needed."""
        return self._made_client()

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        """Kept, since each has its own connection."""
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(READS_AT_ONCE)

    def write(self, values: Sequence[OnlineValues]) -> int:
        return self._written([values_item(value)] for value in values)

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        return self._written(bucket_items(bucket) for bucket in buckets)

    def _written(self, items: Iterable[Sequence[dict[str, Any]]]) -> int:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(WRITES_AT_ONCE) as writers:
            return sum(writers.map(self._put_in_order, items))

    def _put_in_order(self, items: Sequence[dict[str, Any]]) -> bool:
        """Whether the last was kept, which leads to the others: they are there before it is."""
        return [self._put(item) for item in items][-1]

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        wanted = {key.id: key for key in keys}
        found = [(wanted[item["pk"]["S"]], item) for item in self._all_items(list(wanted))]
        return {key: self._found(key, item) for key, item in found}

    def _all_items(self, ids: Sequence[str], *, consistent: bool = False) -> Iterator[Mapping[str, Any]]:
        """The items of however many ids: what one call cannot take is asked at once."""
        requests = [self._request(chunk, consistent) for chunk in _chunks(ids, READS_PER_CALL)]
        answers = zip(requests, self._asked(requests), strict=True)
        return chain.from_iterable(self._items(request, answer) for request, answer in answers)

    def _request(self, ids: Sequence[str], consistent: bool) -> Mapping[str, Any]:
        keys: dict[str, Any] = {"Keys": [{"pk": {"S": item}} for item in ids]}
        return {self._table: {**keys, "ConsistentRead": True} if consistent else keys}

    def _found(self, key: EntityKey, item: Mapping[str, Any]) -> OnlineItem:
        if "events" not in item:
            return read_values(key, item)
        if "pieces" not in item:
            return read_bucket(key, item)
        names = piece_names(item)
        # They were written before the item that leads here, which a replica may not know yet.
        contents = {piece["pk"]["S"]: piece_of(piece) for piece in self._all_items(names, consistent=True)}
        return read_bucket(key, item, (contents[name] for name in names))

    def _items(self, request: Any, answer: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
        """Of a request and its first answer; what is wrong or left over is botocore's, which names what stays wrong."""
        for attempt in range(ATTEMPTS):
            self._pause_before(attempt)
            if attempt:
                answer = self._client.batch_get_item(RequestItems=request)
            if answer is None:
                continue
            yield from answer["Responses"].get(self._table, ())
            request = answer.get("UnprocessedKeys")
            if not request:
                return
        raise Unavailable("The online features did not answer for every key.", "Try again.")

    def _asked(self, requests: Sequence[Any]) -> Iterable[Mapping[str, Any] | None]:
        """The first answer to each, asked the short way where there is one."""
        if self._calls is not None:
            replies = self._calls.ask_each("BatchGetItem", [{"RequestItems": request} for request in requests])
            return [reply.record if reply is not None and reply.status == OK else None for reply in replies]
        if len(requests) < 2:
            return [self._client.batch_get_item(RequestItems=request) for request in requests]
        return self._readers.map(lambda request: self._client.batch_get_item(RequestItems=request), requests)

    def _pause_before(self, attempt: int) -> None:
        """What is left over was throttled: longer each time, and never all callers at once ("full jitter").

        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        if attempt:
            self._sleep(random.uniform(0, FIRST_PAUSE_S * 2 ** (attempt - 1)))

    def _put(self, item: dict[str, Any]) -> bool:
        """Keep the item unless the table has one of a later sequence.

        Asked the short way first. What has no plain answer is asked of botocore: to put an item twice changes nothing.
        """
        put: Any = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR #sequence <= :sequence",
            "ExpressionAttributeNames": {"#sequence": "sequence"},
            "ExpressionAttributeValues": {":sequence": item["sequence"]},
        }
        reply = None if self._calls is None else self._calls.ask("PutItem", put)
        if reply is not None and (reply.status == OK or _is_late(reply)):
            return reply.status == OK
        try:
            self._client.put_item(**put)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _is_late(reply: Reply) -> bool:
    return str(reply.record.get("__type")).endswith("#ConditionalCheckFailedException")


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
