"""A state of the batch workflow → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from serin.bootstrap import platform
from serin.domain.batches import BatchPlan, items_at
from serin.domain.errors import NotFound
from serin.domain.records import as_record
from serin.logs import logged
from serin.services.finish_batch import finish_batch
from serin.services.plan_batch import asked_batch, known_plan, plan_batch
from serin.services.score_part import ToEstimate, score_part, write_part
from serin.services.steps.batch_version import BatchVersion, open_version


@logged("score_batch", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Take one step; references come in and go out, never data."""
    steps: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "plan": plan,
        "score": score,
        "write": write,
        "finish": finish,
    }
    return steps[event["step"]](event)


def plan(event: Mapping[str, Any]) -> dict[str, Any]:
    """Cut the file into parts; where the list of them lies."""
    world = platform()
    batch = asked_batch(world.model, event["batch"], lake=world.lake)
    version = opened(batch.version)
    made = plan_batch(
        *(batch, version, world.contracts),
        uploads=world.uploads,
        lake=world.lake,
        catalog=world.catalog,
        salts=lambda: world.salts,
    )
    return {"items": items_at(world.model, batch.id), "parts": len(made.parts)}


def score(event: Mapping[str, Any]) -> dict[str, Any]:
    """Score a part, or say what scikit-learn has to score and by which files."""
    world, made = platform(), planned(event)
    version = opened(made.batch.version)
    done = score_part(made, event["part"], version, world.contracts, lake=world.lake, catalog=world.catalog)
    if not isinstance(done, ToEstimate):
        return {**as_record(done), "estimate": False}
    files = {"estimator": version.version.estimator, "layer": version.version.layer}
    return {"estimate": True, "features": done.features, **as_record(files)}


def write(event: Mapping[str, Any]) -> dict[str, Any]:
    """Write the answers of a part that scikit-learn has scored."""
    made = planned(event)
    counts = write_part(made, event["part"], opened(made.batch.version).manifest, lake=platform().lake)
    return dict(as_record(counts))


def finish(event: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest; its counts."""
    world = platform()
    result = finish_batch(planned(event), lake=world.lake, clock=world.clock)
    return {"rows": result.rows, "scored": result.scored, "errors": result.errors}


def planned(event: Mapping[str, Any]) -> BatchPlan:
    """The plan of the batch."""
    world = platform()
    made = known_plan(world.model, event["batch"], lake=world.lake)
    if made is None:
        raise NotFound(f"Batch {event['batch']} has no plan.", "Begin it anew.")
    return made


@lru_cache(maxsize=2)
def opened(number: int) -> BatchVersion:
    """The version, which a process opens once: a number is never given twice."""
    world = platform()
    version = world.catalog.version(world.model, number)
    return open_version(version, world.runtime, artifacts=world.artifacts)
