"""A state of the training workflow that decides, or the end of one → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from serin.bootstrap import Platform, platform
from serin.domain.approvals import REMIND_EVERY
from serin.domain.aws_events import EXECUTION_ENDED, end_of_execution, named_in_execution
from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.experiments import TrainingSet, Trial, TrialResult
from serin.domain.measurements import Measurements
from serin.domain.models import ModelVersion
from serin.domain.records import as_record, from_record
from serin.domain.training_leases import span_of
from serin.domain.workflow_errors import reason_of
from serin.logs import logged
from serin.services.ask_training import ask_training, wait_for_answer
from serin.services.compare_rerun import compare_rerun
from serin.services.evaluate_model import fail, judge, keep_measured, register
from serin.services.note_trial import failed_trial, note_trial
from serin.services.select_trial import select
from serin.services.steps.kept_source import kept_source
from serin.services.steps.training_lease import keep_lease
from serin.services.train_model import Checked, Refitted, ScoresFile

Given = Mapping[str, Any]
GOES_ON = frozenset({"note", "select", "judge", "ask"})
"""Steps after which a training goes on."""


@logged("evaluate_model", lambda: platform().clock)
def handle(event: Given, context: object) -> dict[str, Any]:
    """Take one step of the judge."""
    if event.get("detail-type") == EXECUTION_ENDED:
        return after_execution(event["detail"])
    steps: dict[str, Callable[[Platform, Given], dict[str, Any]]] = {
        "ask": _ask,
        "await": _await,
        "note": _note,
        "select": _select,
        "judge": _judge,
        "register": _register,
        "compare": _compare,
        "measured": _measured,
        "failed": _failed,
    }
    world = platform()
    if event["step"] in GOES_ON:
        span = _silence(world.charters[event["model"]], event["step"])
        keep_lease(event["model"], event["run"], span, catalog=world.catalog, clock=world.clock)
    return steps[event["step"]](world, event)


def _silence(charter: Charter, step: str) -> timedelta:
    """How long a training may be silent after a step: people are asked again after a day."""
    return span_of(charter.training) + (REMIND_EVERY if step == "ask" else timedelta())


def after_execution(detail: Given) -> dict[str, Any]:
    """What no catcher of the workflow sees: a stop, a time-out. The next training need not wait for the lease then."""
    named = named_in_execution(detail, "model", "run")
    if named is None:
        return {"recorded": False}
    model, run = named
    world, reason = platform(), f"{end_of_execution(detail)}. Remedy: Train again."
    try:
        fail(model, run, reason, catalog=world.catalog, clock=world.clock)
    except NotFound:
        # It ended before its first step had written a record.
        return {"recorded": False}
    return {"recorded": True}


def _ask(world: Platform, event: Given) -> dict[str, Any]:
    trials = [from_record(Trial, trial) for trial in event["trials"]]
    agreed = ask_training(
        world.charters[event["model"]],
        event["run"],
        from_record(TrainingSet, event["training_set"]),
        trials,
        from_record(Checked, event["checked"]),
        event["roles"],
        catalog=world.catalog,
        clock=world.clock,
        notices=world.notices,
    )
    return {"agreed": agreed}


def _await(world: Platform, event: Given) -> dict[str, Any]:
    wait_for_answer(event["model"], event["run"], event["token"], catalog=world.catalog)
    return {}


def _note(world: Platform, event: Given) -> Any:
    """A trial is fitted, or the workflow caught why it is not."""
    trial = from_record(Trial, event["trial"])
    failed = "error" in event
    result = failed_trial(trial, reason_of(event["error"])) if failed else from_record(TrialResult, event["result"])
    model, training_set = event["model"], event["training_set"]["id"]
    noted = note_trial(model, event["run"], training_set, result, catalog=world.catalog, clock=world.clock)
    return as_record(noted)


def _select(world: Platform, event: Given) -> dict[str, Any]:
    results = [from_record(TrialResult, result) for result in event["results"]]
    training_set, checked = from_record(TrainingSet, event["training_set"]), from_record(Checked, event["checked"])
    chosen = select(
        *(_charter(world, event), event["run"], training_set, results, checked, world.commit), catalog=world.catalog
    )
    champion = None if chosen.champion is None else as_record(chosen.champion)
    scored = None if chosen.scored is None else as_record(chosen.scored)
    return {"trial": as_record(chosen.trial), "champion": champion, "more": as_record(chosen.more), "scored": scored}


def _judge(world: Platform, event: Given) -> dict[str, Any]:
    champion = None if event["champion"] is None else from_record(ModelVersion, event["champion"])
    verdict = judge(
        _charter(world, event),
        event["run"],
        from_record(TrainingSet, event["training_set"]),
        from_record(ScoresFile, event["scores"]),
        champion,
        lake=world.lake,
        artifacts=world.artifacts,
        catalog=world.catalog,
        clock=world.clock,
    )
    return {"verdict": verdict.outcome, "sentence": verdict.sentence}


def _register(world: Platform, event: Given) -> dict[str, Any]:
    version = register(
        world.charters[event["model"]],
        event["run"],
        from_record(TrainingSet, event["training_set"]),
        from_record(Trial, event["trial"]),
        from_record(Refitted, event["refit"]),
        catalog=world.catalog,
        events=world.events,
        clock=world.clock,
    )
    return {"version": version}


def _charter(world: Platform, event: Given) -> Charter:
    """By what the run is judged: the charter that is deployed, or for a rerun the one of the run it repeats."""
    deployed: Charter = world.charters[event["model"]]
    if world.catalog.run(event["model"], event["run"]).parent is None:
        return deployed
    return kept_source(from_record(TrainingSet, event["training_set"]), lake=world.lake).charter


def _compare(world: Platform, event: Given) -> dict[str, Any]:
    refitted = from_record(Refitted, event["refit"]) if "refit" in event else None
    ports: Any = {"artifacts": world.artifacts, "catalog": world.catalog, "clock": world.clock}
    repeat = compare_rerun(event["model"], event["run"], refitted, **ports)
    return {"exact": repeat.is_exact, "sentence": repeat.sentence}


def _measured(world: Platform, event: Given) -> dict[str, Any]:
    measured = from_record(Measurements, event["measured"])
    keep_measured(event["model"], event["run"], measured, catalog=world.catalog)
    return {"measured": len(measured.views)}


def _failed(world: Platform, event: Given) -> dict[str, Any]:
    fail(event["model"], event["run"], reason_of(event["error"]), catalog=world.catalog, clock=world.clock)
    return {"recorded": True}
