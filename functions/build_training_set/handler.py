"""First state of the training workflow → build_training_set, or rebuild_training_set where a run is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from serin.bootstrap import Platform, platform
from serin.domain.cut_pieces import CutTask
from serin.domain.log_fields import Fields
from serin.domain.records import as_record
from serin.logs import logged
from serin.services.build_training_set import Plan, build_training_set
from serin.services.rebuild_training_set import rebuild_training_set
from serin.services.run_piece import run_piece
from serin.services.share_pieces import share_out
from serin.services.steps.cut_making import Carried, PiecesWanted, task_at
from serin.services.steps.kept_source import source_in_place
from serin.services.training_job import carry_out, collect


def come_to(made: Mapping[str, Any]) -> Fields:
    """What the log says of the answer."""
    return {"outcome": "skipped" if made.get("skip") else "ok"}


@logged("build_training_set", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """The training set and its trials, or why the run ends here; pieces that others run first; or one of these."""
    world = platform()
    if event.get("step") == "piece":
        return _piece(world, event)
    if event.get("step") == "collect":
        return dict(collect(event["of"], artifacts=world.lake))
    try:
        made = _rebuilt(world, event) if "parent" in event else _built(world, event)
    except PiecesWanted as wanted:
        return {"skip": None, "pieces": _pieces(world, event, wanted)}
    if isinstance(made, str):
        return {"skip": made}
    training_set, trials = made
    return {"skip": None, "training_set": as_record(training_set), "trials": as_record(trials)}


def perform(folder: str) -> bool:
    """Run the share of pieces that is asked in a folder of the lake, in a training job; whether all of it is done."""
    world = platform()
    return carry_out(folder, lambda event: _share(world, event), artifacts=world.lake)


def _pieces(world: Platform, event: Mapping[str, Any], wanted: PiecesWanted) -> dict[str, Any]:
    """What others run: each piece of a list; or shares of jobs, where the task has some and the charter allows any."""
    terms = world.charters[world.model].training.job
    if not wanted.begun.jobs or terms is None:
        return {"task": wanted.task, "items": wanted.items}
    jobs = share_out(wanted, event["run"], world.stage, terms, lake=world.lake)
    return {"task": wanted.task, "jobs": [{"answer": {"job": as_record(job)}} for job in jobs]}


def _share(world: Platform, event: Mapping[str, Any]) -> dict[str, Any]:
    rows = [_piece(world, {**event, "piece": piece})["rows"] for piece in event["pieces"]]
    return {"pieces": len(rows), "rows": sum(rows)}


def _piece(world: Platform, event: Mapping[str, Any]) -> dict[str, Any]:
    done = run_piece(
        *(event["task"], event["piece"], world.source(world.model), world.model_function),
        lake=world.lake,
        catalog=world.catalog,
    )
    return {"piece": done.piece, "rows": sum(file.rows for file in done.files)}


def _begun(world: Platform, event: Mapping[str, Any]) -> CutTask | None:
    """What the workflow comes back for once its pieces have been run."""
    pieces = event.get("built", {}).get("answer", {}).get("pieces")
    return None if pieces is None else task_at(pieces["task"], lake=world.lake)


def _carried(event: Mapping[str, Any]) -> Carried:
    if asked := event.get("in_pieces"):
        return "always_shared" if asked == "jobs" else "always_mapped"
    return "others"


def _built(world: Platform, event: Mapping[str, Any]) -> Plan | str:
    task, deployed = _begun(world, event), world.source(world.model)
    with nullcontext(deployed) if task is None else source_in_place(task, deployed, lake=world.lake) as source:
        return build_training_set(
            *(event["run"], event["cause"], event["correlation"]),
            source,
            world.model_function,
            lake=world.lake,
            catalog=world.catalog,
            clock=world.clock,
            carried=_carried(event),
            task=task,
        )


def _rebuilt(world: Platform, event: Mapping[str, Any]) -> Plan | str:
    return rebuild_training_set(
        *(world.model, event["run"], event["parent"], event["correlation"]),
        world.model_function,
        lake=world.lake,
        catalog=world.catalog,
        clock=world.clock,
        carried=_carried(event),
        task=_begun(world, event),
    )
