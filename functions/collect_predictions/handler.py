"""Subscription of the prediction logs → collect_predictions."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.logs import Fields, logged
from serin.services.collect_predictions import collect_predictions


def come_to(found: Mapping[str, int]) -> Fields:
    """What the log says of the answer: refused, when a log held lines that name another model."""
    if not found["foreign"]:
        return {"outcome": "ok"}
    return {"outcome": "refused", "message": f"{found['foreign']} lines that name another model were left out"}


@logged("collect_predictions", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Write a batch of log lines to the lake; the log group says of which model they are."""
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if batch["messageType"] != "DATA_MESSAGE":
        return {"collected": 0, "foreign": 0}
    world = platform()
    model = batch["logGroup"].removeprefix(f"/aws/lambda/serin-{world.stage}-predict-")
    lines = [line["message"] for line in batch["logEvents"]]
    found: dict[str, int] = as_record(collect_predictions(model, lines, lake=world.lake))
    return found
