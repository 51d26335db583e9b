"""*Upload Accepted* → build_features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.logs import logged
from serin.services.build_features import build_features


@logged("build_features", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Write the values this upload brings."""
    world, upload = platform(), event["detail"]
    ports = world.charters, world.lake, world.catalog, world.online, world.events
    return {"written": build_features(upload["dataset"], upload["upload_id"], upload["correlation"], *ports)}
