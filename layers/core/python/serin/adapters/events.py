"""The bus on EventBridge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from serin.domain.errors import Unavailable
from serin.domain.events import SOURCE, Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBridgeEvents:
    """Our own bus; S3's and CloudFormation's events stay on the default one."""

    def __init__(self, client: EventBridgeClient, bus: str, source: str = SOURCE) -> None:
        self._client = client
        self._bus = bus
        self._source = source

    def publish(self, event: Event) -> None:
        detail = {**event.detail, "correlation": event.correlation}
        entry = {"Source": self._source, "DetailType": event.name}
        entry |= {"Detail": json.dumps(detail), "EventBusName": self._bus}
        answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        # PutEvents answers 200 also when it took nothing.
        if answer["FailedEntryCount"]:
            found = answer["Entries"][0].get("ErrorMessage", "no reason given")
            raise Unavailable(f"The bus did not take {event.name!r}: {found}.", "Try again.")
