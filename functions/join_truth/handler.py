"""*Upload Accepted*, a schedule or a state of the release workflow → join_truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.log_fields import Fields
from serin.domain.records import as_record
from serin.logs import logged
from serin.services.gather_truth import gather_truth
from serin.services.join_truth import join_truth
from serin.services.steps.released_code import ReleasedCode


def come_to(joined: Mapping[str, Any]) -> Fields:
    """What the log says of the answer: refused, where the truth could not be read."""
    reason = joined.get("reason")
    return {"outcome": "ok"} if reason is None else {"outcome": "refused", "message": reason}


@logged("join_truth", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Keep the truth that has come: for a release's shadow where one asks, else for the model's predictions."""
    joined: dict[str, Any] = as_record(of_release(event["release"]) if "release" in event else of_predictions())
    return joined


def of_release(release: str) -> object:
    """How many rows of the shadow waited for their truth, and how many have it now."""
    world = platform()
    return join_truth(
        *(world.model, release, world.contracts, ReleasedCode),
        lake=world.lake,
        artifacts=world.artifacts,
        catalog=world.catalog,
        clock=world.clock,
    )


def of_predictions() -> object:
    """How much is new, by the charter and the code that are deployed."""
    world = platform()
    return gather_truth(
        *(world.charters[world.model], world.contracts, world.model_function),
        lake=world.lake_read_once,
        catalog=world.catalog,
        clock=world.clock,
    )
