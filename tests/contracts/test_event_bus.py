"""The bus: an event is there as it was said, or the caller is told that it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serin.adapters.events import EventBridgeEvents
from serin.adapters.memory.world import MemoryEvents
from serin.domain.errors import Unavailable
from serin.domain.events import Event
from serin.ports import Events
from tests.contracts.clouds import Aws

EVENT = Event("Features Built", {"model": "late-orders", "sequence": 3}, "c1")
REFUSED = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "too fast"}]}


class Bus:
    """EventBridge behind a client: what it took, and `refuses` when it answers 200 and takes nothing."""

    def __init__(self, cloud: Aws) -> None:
        self.client = cloud.client("events")
        self.name = cloud.name("bus")
        self.client.create_event_bus(Name=self.name)
        self.entries: list[dict[str, Any]] = []
        self.refuses = False
        self.client.meta.events.register("provide-client-params.events.PutEvents", self._hear)
        self.client.meta.events.register("after-call.events.PutEvents", self._answer)

    def _hear(self, params: dict[str, Any], **_: Any) -> None:
        self.entries += params["Entries"]

    def _answer(self, parsed: dict[str, Any], **_: Any) -> None:
        if self.refuses:
            parsed.update(REFUSED)


def test_an_event_is_ours_and_says_what_it_began_with(cloud: Aws) -> None:
    bus = Bus(cloud)
    EventBridgeEvents(bus.client, bus.name).publish(EVENT)
    (entry,) = bus.entries
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == ("serin", "Features Built", bus.name)
    assert json.loads(entry["Detail"]) == {"model": "late-orders", "sequence": 3, "correlation": "c1"}


@pytest.fixture
def refusing(where: Aws | None) -> Events:
    """A bus that does not take the next event."""
    if where is None:
        return MemoryEvents(failures=1)
    bus = Bus(where)
    bus.refuses = True
    return EventBridgeEvents(bus.client, bus.name)


def test_an_event_that_the_bus_did_not_take_is_not_taken_for_sent(refusing: Events) -> None:
    with pytest.raises(Unavailable, match="did not take"):
        refusing.publish(EVENT)
