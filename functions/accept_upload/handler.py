"""SQS messages with S3's "Object Created" event → accept_upload."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.services.accept_upload import Arrival, accept_upload

Failures = dict[str, list[dict[str, str]]]


def handle(event: Mapping[str, Any], context: object) -> Failures:
    """Take in every object of the batch; what fails goes back to the queue alone, its neighbours do not."""
    failed = [record["messageId"] for record in event["Records"] if not taken_in(record)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def taken_in(record: Mapping[str, Any]) -> bool:
    """Whether the object was recorded; if not, the log says why and the message comes again, in the end as dead."""
    world = platform()
    try:
        ports = world.contracts, world.uploads, world.lake, world.catalog, world.events, world.clock
        accept_upload(arrival_from(record), *ports)
    except Exception:  # noqa: BLE001  # whatever it is, only this message may come again
        traceback.print_exc()
        return False
    return True


def arrival_from(record: Mapping[str, Any]) -> Arrival:
    """The object an SQS record tells of; EventBridge does not URL-encode keys."""
    found = json.loads(record["body"])["detail"]["object"]
    return Arrival(found["key"], found.get("version-id"), found["size"])
