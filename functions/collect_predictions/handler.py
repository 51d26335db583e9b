"""Subscription of the prediction logs → collect_predictions."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.logs import logged
from serin.services.collect_predictions import collect_predictions


@logged("collect_predictions", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Write a batch of log lines to the lake."""
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if batch["messageType"] != "DATA_MESSAGE":
        return {"collected": 0}
    lines = [line["message"] for line in batch["logEvents"]]
    return {"collected": collect_predictions(lines, lake=platform().lake)}
