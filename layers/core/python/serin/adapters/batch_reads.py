"""Items of one DynamoDB table by their keys, however many, and however often the table says that it is busy."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
        if len(chunks) < 2:
            return self._items(chunks[0], consistent) if chunks else iter(())
        pages = self._readers.map(lambda chunk: list(self._items(chunk, consistent)), chunks)
        return chain.from_iterable(pages)

    def _items(self, keys: Sequence[Mapping[str, Any]], consistent: bool) -> Iterator[Mapping[str, Any]]:
        asked: Any = {"Keys": list(keys)}
        request: Any = {self._table: {**asked, "ConsistentRead": True} if consistent else asked}
        for attempt in range(ATTEMPTS):
            self._pause_before(attempt)
            answer = self._client().batch_get_item(RequestItems=request) if attempt else self._asked(request)
            if answer is None:
                continue
            yield from answer["Responses"].get(self._table, ())
            request = answer.get("UnprocessedKeys")
            if not request:
                return
        raise Unavailable(f"The table {self._table} did not answer for every key.", "Try again.")

    def _asked(self, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if self._calls is None:
            return self._client().batch_get_item(RequestItems=request)
        reply = self._calls.ask("BatchGetItem", {"RequestItems": request})
        return reply.record if reply is not None and reply.status == OK else None

    def _pause_before(self, attempt: int) -> None:
        """What is left over was throttled: longer each time, and never all callers at once ("full jitter").

        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        if attempt:
            self._sleep(random.uniform(0, FIRST_PAUSE_S * 2 ** (attempt - 1)))
