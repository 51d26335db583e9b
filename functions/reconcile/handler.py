"""Schedule → reconcile every model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.services.reconcile import reconcile


def handle(event: Mapping[str, Any], context: Any) -> list[Any]:
    """Put right what can be; the log says what was found where."""
    world = platform()
    holder = f"reconcile-{context.aws_request_id}"
    ports = world.catalog, world.control, world.endpoint, world.clock
    found = [as_record(reconcile(model, holder, *ports)) for model in sorted(world.charters)]
    print(json.dumps({"reconciled": found}))
    return found
