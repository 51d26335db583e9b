"""First state of the training workflow → build_training_set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.log_fields import Fields
from serin.logs import logged
from serin.services.build_training_set import build_training_set


def come_to(made: Mapping[str, Any]) -> Fields:
    """What the log says of the answer."""
    return {"outcome": "skipped" if made["skip"] else "ok"}


@logged("build_training_set", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """The training set and its trials, or why the run ends here."""
    world = platform()
    made = build_training_set(
        event["run"],
        event["cause"],
        event["correlation"],
        world.charters[world.model],
        world.contracts,
        world.model_code,
        world.model_function,
        lake=world.lake,
        catalog=world.catalog,
        clock=world.clock,
    )
    if isinstance(made, str):
        return {"skip": made}
    training_set, trials = made
    return {"skip": None, "training_set": as_record(training_set), "trials": as_record(trials)}
