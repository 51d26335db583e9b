"""Items of one DynamoDB table by their keys, however many, and however often the table says that it is busy."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from serin.adapters.bare_calls import OK, BareCalls
from serin.domain.errors import Unavailable

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from mypy_boto3_dynamodb import DynamoDBClient

READS_PER_CALL = 100
READS_AT_ONCE = 8
ATTEMPTS = 5
FIRST_PAUSE_S = 0.05


class BatchReads:
    """Asks the short way first; what goes wrong or is left over is botocore's, which names what stays wrong."""

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        calls: BareCalls | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._table, self._calls, self._sleep = client, table, calls, sleep

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        """Kept, since each has its own connection."""
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(READS_AT_ONCE)

    def items(self, keys: Sequence[Mapping[str, Any]], *, consistent: bool = False) -> Iterator[Mapping[str, Any]]:
        """The items that are there; what one call cannot take is asked at once. Raises Unavailable."""
        chunks = [keys[start : start + READS_PER_CALL] for start in range(0, len(keys), READS_PER_CALL)]
        requests = [self._request(chunk, consistent) for chunk in chunks]
        answers = zip(requests, self._asked(requests), strict=True)
        return chain.from_iterable(self._items(request, answer) for request, answer in answers)

    def _request(self, keys: Sequence[Mapping[str, Any]], consistent: bool) -> Mapping[str, Any]:
        asked: dict[str, Any] = {"Keys": list(keys)}
        return {self._table: {**asked, "ConsistentRead": True} if consistent else asked}

    def _items(self, request: Any, answer: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
        """Of a request and its first answer."""
        for attempt in range(ATTEMPTS):
            self._pause_before(attempt)
            if attempt:
                answer = self._client().batch_get_item(RequestItems=request)
            if answer is None:
                continue
            yield from answer["Responses"].get(self._table, ())
            request = answer.get("UnprocessedKeys")
            if not request:
                return
        raise Unavailable(f"The table {self._table} did not answer for every key.", "Try again.")

    def _asked(self, requests: Sequence[Any]) -> Iterable[Mapping[str, Any] | None]:
        """The first answer to each, all of them asked at once."""
        if self._calls is not None:
            replies = self._calls.ask_each("BatchGetItem", [{"RequestItems": request} for request in requests])
            return [reply.record if reply is not None and reply.status == OK else None for reply in replies]
        client = self._client()
        if len(requests) < 2:
            return [client.batch_get_item(RequestItems=request) for request in requests]
        return self._readers.map(lambda request: client.batch_get_item(RequestItems=request), requests)

    def _pause_before(self, attempt: int) -> None:
        """What is left over was throttled: longer each time, and never all callers at once ("full jitter").

        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        if attempt:
            self._sleep(random.uniform(0, FIRST_PAUSE_S * 2 ** (attempt - 1)))
