"""What DynamoDB leaves over of a batch is asked for again, later and later."""

from __future__ import annotations

from typing import Any

import pytest

from serin.adapters.online import ATTEMPTS, DynamoOnlineFeatures
from serin.domain.errors import Unavailable
from serin.domain.features import EntityKey

KEYS = [EntityKey("plane", (f"N{n}",)) for n in range(3)]


class Throttled:
    """A client that knows every key and gives one item a call, and from the `stuck`th call on none."""

    def __init__(self, stuck: int = 100) -> None:
        self.calls, self._stuck = 0, stuck

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803
        ((table, request),) = RequestItems.items()
        self.calls += 1
        done = request["Keys"][: int(self.calls < self._stuck)]
        left = request["Keys"][len(done) :]
        found = [{**key, "values": {"S": "{}"}, "sequence": {"N": "1"}} for key in done]
        return {"Responses": {table: found}, "UnprocessedKeys": {table: {"Keys": left}} if left else {}}


def test_what_is_left_over_is_asked_for_again_after_a_pause_that_grows() -> None:
    client, pauses = Throttled(), list[float]()
    online = DynamoOnlineFeatures(client, "online", pauses.append)  # type: ignore[arg-type]
    assert set(online.read(KEYS)) == set(KEYS)
    assert client.calls == 3
    for pause, longest in zip(pauses, (0.05, 0.1), strict=True):  # none before the first call
        assert 0 <= pause <= longest


def test_two_callers_do_not_wait_alike() -> None:
    pauses: list[float] = []
    for _ in range(4):
        DynamoOnlineFeatures(Throttled(), "online", pauses.append).read(KEYS)  # type: ignore[arg-type]
    assert len(set(pauses)) == len(pauses) == 8


def test_after_five_times_the_store_is_unavailable() -> None:
    client, pauses = Throttled(stuck=1), list[float]()
    online = DynamoOnlineFeatures(client, "online", pauses.append)  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="did not answer for every key"):
        online.read(KEYS)
    assert client.calls == ATTEMPTS
    assert len(pauses) == ATTEMPTS - 1
