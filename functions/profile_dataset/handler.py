"""*Upload Accepted* → the profile of the dataset, as one model reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.model_source import code_digest
from serin.logs import logged
from serin.services.profile_dataset import Profiler


@logged("profile_dataset", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, list[str]]:
    """Profile what there is now of the upload's dataset."""
    world = platform()
    code = code_digest(world.model_code)
    profiler = Profiler(
        world.charters[world.model],
        world.contracts,
        world.model_function,
        code,
        lake=world.lake,
        catalog=world.catalog,
        clock=world.clock,
    )
    return {"profiles": [made.key for made in profiler.profile(event["detail"]["dataset"])]}
