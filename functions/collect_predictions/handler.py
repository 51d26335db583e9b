"""Subscription of the logs of predict functions → collect_predictions."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.log_fields import Fields
from serin.domain.plain_numbers import how_many
from serin.domain.records import as_record
from serin.logs import logged
from serin.services.collect_predictions import Collected, collect_predictions


def come_to(counts: Mapping[str, int]) -> Fields:
    """What the log says of the answer: refused, when a log held lines that name another model or cannot be read."""
    reasons = {"foreign": "that name another model", "unreadable": "that cannot be read"}
    told = [f"{how_many(counts[name], 'line')} {reason}" for name, reason in reasons.items() if counts[name]]
    return {"outcome": "refused", "message": f"{' and '.join(told)} were left out"} if told else {"outcome": "ok"}


@logged("collect_predictions", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Write a batch of log lines to the lake; the log group says of which model, the stream of which version."""
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if batch["messageType"] != "DATA_MESSAGE":
        return dict(as_record(Collected()))
    world = platform()
    model = batch["logGroup"].removeprefix(f"/aws/lambda/serin-{world.stage}-predict-")
    lines = [line["message"] for line in batch["logEvents"]]
    counts: dict[str, int] = as_record(collect_predictions(model, batch["logStream"], lines, lake=world.lake))
    return counts
