"""A state of the release workflow → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.domain.workflow_errors import reason_of
from serin.logs import logged
from serin.services.release_model import ReleaseSteps


@logged("release_model", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> Any:
    """Take one step of a release; what it found."""
    world = platform()
    model = event["model"]
    steps = ReleaseSteps(
        model,
        event["release"],
        catalog=world.catalog,
        control=world.control,
        endpoint=world.endpoint,
        clock=world.clock,
    )
    taken: dict[str, Callable[[], object]] = {
        "begin": lambda: steps.begin(event["version"], event["cause"], event["correlation"]),
        "publish": steps.publish,
        "golden": lambda: steps.golden(world.golden(model)),
        "promote": steps.promote,
        "finish": lambda: steps.finish(events=world.events),
        "abandon": lambda: steps.abandon(reason_of(event["error"]), events=world.events),
    }
    return as_record(taken[event["step"]]())
