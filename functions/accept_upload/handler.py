"""SQS message with S3's "Object Created" event → accept_upload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.services.accept_upload import Arrival, accept_upload


def handle(event: Mapping[str, Any], context: object) -> dict[str, list[str]]:
    """Take in every object of the batch; an error gives the whole batch back to the queue, which is safe to repeat."""
    world = platform()
    ports = world.contracts, world.uploads, world.lake, world.catalog, world.events, world.clock
    return {"uploads": [accept_upload(arrival_from(record), *ports).id for record in event["Records"]]}


def arrival_from(record: Mapping[str, Any]) -> Arrival:
    """The object an SQS record tells of; EventBridge does not URL-encode keys."""
    found = json.loads(record["body"])["detail"]["object"]
    return Arrival(found["key"], found.get("version-id"), found["size"])
