"""First state of the training workflow → build_training_set, or rebuild_training_set where a run is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.bootstrap import Platform, platform
from serin.domain.log_fields import Fields
from serin.domain.records import as_record
from serin.logs import logged
from serin.services.build_training_set import Plan, build_training_set
from serin.services.rebuild_training_set import rebuild_training_set


def come_to(made: Mapping[str, Any]) -> Fields:
    """What the log says of the answer."""
    return {"outcome": "skipped" if made["skip"] else "ok"}


@logged("build_training_set", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """The training set and its trials, or why the run ends here."""
    world = platform()
    made = _rebuilt(world, event) if "parent" in event else _built(world, event)
    if isinstance(made, str):
        return {"skip": made}
    training_set, trials = made
    return {"skip": None, "training_set": as_record(training_set), "trials": as_record(trials)}


def _built(world: Platform, event: Mapping[str, Any]) -> Plan | str:
    return build_training_set(
        *(event["run"], event["cause"], event["correlation"]),
        world.source(world.model),
        world.model_function,
        lake=world.lake,
        catalog=world.catalog,
        clock=world.clock,
    )


def _rebuilt(world: Platform, event: Mapping[str, Any]) -> Plan | str:
    return rebuild_training_set(
        *(world.model, event["run"], event["parent"], event["correlation"]),
        world.model_function,
        lake=world.lake,
        catalog=world.catalog,
        clock=world.clock,
    )
