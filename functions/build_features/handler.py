"""*Upload Accepted* → the features of one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.logs import logged
from serin.services.build_features import FeatureBuilder


@logged("build_features", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Write what this upload changes of the model's features."""
    world, upload = platform(), event["detail"]
    ports = world.lake, world.catalog, world.online, world.clock
    builder = FeatureBuilder(world.charters[world.model], world.contracts, world.model_function, *ports)
    return {"written": builder.build(upload["dataset"], upload["upload_id"], upload["correlation"], world.events)}
