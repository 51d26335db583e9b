"""What DynamoDB leaves over of a batch is asked for again, later and later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from serin.adapters.batch_reads import ATTEMPTS
from serin.domain.errors import Unavailable
from serin.domain.features import EntityKey
from tests.answers import Answer, Answers, online_of
from tests.tables import a_table

KEYS = [EntityKey("plane", (f"N{n}",)) for n in range(3)]


class Throttled:
    """Online features that know every key: one item a call, and from the `stuck`th call on none."""

    def __init__(self, stuck: int = 100) -> None:
        self.calls, self.pauses, self._stuck = 0, list[float](), stuck
        client, table = a_table("online", "pk")
        self.online = online_of(client, table, self.pauses.append)
        Answers(client, self._answer)

    def _answer(self, asked: Mapping[str, Any]) -> Answer:
        ((table, request),) = asked["RequestItems"].items()
        self.calls += 1
        done = request["Keys"][: int(self.calls < self._stuck)]
        left = request["Keys"][len(done) :]
        found = [{**key, "values": {"S": "{}"}, "sequence": {"N": "1"}} for key in done]
        return Answer({"Responses": {table: found}, "UnprocessedKeys": {table: {"Keys": left}} if left else {}})


def test_what_is_left_over_is_asked_for_again_after_a_pause_that_grows(aws: None) -> None:
    throttled = Throttled()
    assert set(throttled.online.read(KEYS)) == set(KEYS)
    assert throttled.calls == 3
    for pause, longest in zip(throttled.pauses, (0.05, 0.1), strict=True):  # none before the first call
        assert 0 <= pause <= longest


def test_two_callers_do_not_wait_alike(aws: None) -> None:
    throttled = Throttled()
    for _ in range(4):
        throttled.calls = 0
        throttled.online.read(KEYS)
    assert len(set(throttled.pauses)) == len(throttled.pauses) == 8


def test_after_five_times_the_store_is_unavailable(aws: None) -> None:
    throttled = Throttled(stuck=1)
    with pytest.raises(Unavailable, match="did not answer for every key"):
        throttled.online.read(KEYS)
    assert throttled.calls == ATTEMPTS
    assert len(throttled.pauses) == ATTEMPTS - 1
