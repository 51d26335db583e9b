"""SQS messages with S3's "Object Created" event → accept_upload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from serin.bootstrap import platform
from serin.domain.datasets import Upload
from serin.domain.quality_metrics import quality_metrics
from serin.logs import Work
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.compact_dataset import compact_dataset
from serin.services.retry_soon import retry_soon

Failures = dict[str, list[dict[str, str]]]


def handle(event: Mapping[str, Any], context: object) -> Failures:
    """Take in every object of the batch; what fails goes back to the queue alone, its neighbours do not."""
    failed = [record for record in event["Records"] if not taken_in(record, context)]
    for record in failed:
        come_again_soon(record, context)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def taken_in(record: Mapping[str, Any], context: object) -> bool:
    """Whether the object was recorded; if not, the log says why and the message comes again, in the end as dead."""
    world = platform()
    try:
        with Work("accept_upload", record["messageId"], context, lambda: world.clock) as work:
            arrival = arrival_from(record)
            work.tells(correlation=arrival.correlation)
            upload = accept_upload(
                arrival,
                contracts=world.contracts,
                uploads=world.uploads,
                lake=world.lake,
                catalog=world.catalog,
                events=world.events,
                clock=world.clock,
                salts=lambda: world.salts,
            )
            work.tells(outcome=upload.status, dataset=upload.dataset, upload_id=upload.id)
            if metrics := quality_metrics(upload, world.stage):
                print(metrics)
    except Exception:  # noqa: BLE001  # whatever it is, only this message may come again
        return False
    compact_after(upload, record["messageId"], context)
    return True


def compact_after(upload: Upload, message: str, context: object) -> None:
    """Join the files of the dataset when it is time; what fails is in the log, and done after a later upload."""
    world = platform()
    with suppress(Exception), Work("accept_upload", message, context, lambda: world.clock) as work:
        work.tells(correlation=upload.correlation or message, dataset=upload.dataset, upload_id=upload.id)
        work.tells(step="compact", outcome="compacted")
        if not compact_dataset(upload.dataset, upload.sequence or 0, lake=world.lake, catalog=world.catalog):
            work.keeps_silent()


def come_again_soon(record: Mapping[str, Any], context: object) -> None:
    """Try the message again when what failed may have passed; where that cannot be said, the queue knows when."""
    world, message = platform(), record["messageId"]
    with suppress(Exception), Work("accept_upload", message, context, lambda: world.clock) as work:
        work.keeps_silent()
        tries = int(record["attributes"]["ApproximateReceiveCount"])
        retry_soon(record["receiptHandle"], tries, messages=world.upload_messages)


def arrival_from(record: Mapping[str, Any]) -> Arrival:
    """The object an SQS record tells of; EventBridge does not URL-encode keys."""
    event = json.loads(record["body"])
    source, at = event["detail"]["object"], event.get("time")
    written = None if at is None else datetime.fromisoformat(at)
    return Arrival(source["key"], source.get("version-id"), source["size"], written)
