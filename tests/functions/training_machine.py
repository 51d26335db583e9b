"""An execution of the training workflow by the States Language that is deployed, with the functions' real handlers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.stacks.training_states import Trainer, training_definition
from serin.domain.cut_pieces import FOLDER
from serin_cli.here.code import code_in_place
from tests.functions.subject import MODEL, ModelWorld
from tests.functions.worlds import in_world

JOB: Mapping[str, Any] = {"RoleArn": "role", "HyperParameters": {}}
Seen = Callable[[str], None]
"""Hears of a state whose function has answered; what it raises ends the execution there and then."""


class Killed(Exception):
    """Somebody has ended the execution."""


class TakenBack(BaseException):
    """AWS has taken the machine of a job back: its program begins anew."""


class JobFailed(Exception):
    """What Step Functions makes of a job that has failed: its cause is what SageMaker says of the job."""


def train(world: ModelWorld, run: str, seen: Seen = lambda state: None, **given: str) -> Any:
    """The run as the catalog has it once its execution has ended."""
    event = {"model": MODEL, "run": run, "cause": "call", "correlation": "c1", **given}
    training = world.charters[MODEL].training
    trainer = Trainer("train_model", None if training.job is None else JOB)
    definition = training_definition("build_training_set", trainer, "evaluate_model", training, share=trainer.job)
    with code_in_place(world.folder):
        _take(definition, dict(event), world, seen)
    return world.catalog.run(MODEL, run)


def _take(machine: Mapping[str, Any], data: Any, world: ModelWorld, seen: Seen) -> Any:
    at: str | None = machine["StartAt"]
    while at is not None:
        state = machine["States"][at]
        if state["Type"] == "Choice":
            at = next((rule["Next"] for rule in state["Choices"] if _holds(rule, data)), state["Default"])
            continue
        try:
            data = _after(state, data, _worked(at, state, data, world, seen))
        except Killed:
            raise
        except Exception as error:
            (catch,) = state.get("Catch", [None])
            if catch is None:
                raise
            cause = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
            caught = {"Error": type(error).__name__, "Cause": cause}
            if isinstance(error, JobFailed):
                caught = {"Error": "States.TaskFailed", "Cause": str(error)}
            data = _kept(catch["ResultPath"], data, caught)
            at = catch["Next"]
            continue
        at = state.get("Next")
    return data


def _worked(at: str, state: Mapping[str, Any], data: Any, world: ModelWorld, seen: Seen) -> Any:
    """What the state's work answers."""
    if state["Type"] == "Map":
        items = _items(state, data, world)
        filled = [_filled(state["ItemSelector"], {**data, "$item": item}) for item in items]
        return [_take(state["ItemProcessor"], item, world, seen) for item in filled]
    if state["Type"] == "Pass":
        return _at(state["InputPath"], data)
    if state["Type"] != "Task":
        return None
    asked = state["Parameters"]
    if state["Resource"].endswith("sagemaker:createTrainingJob.sync"):
        return _job(_at(asked["HyperParameters"]["folder.$"], data), at, world, seen)
    payload = data if "Payload.$" in asked else _filled(asked["Payload"], data)
    answer = in_world(asked["FunctionName"], world).handle(json.loads(json.dumps(payload)), None)
    seen(at)
    return {"Payload": json.loads(json.dumps(answer))}


def _job(folder: str, at: str, world: ModelWorld, seen: Seen) -> Any:
    """How a job on another machine has ended, by the same code: one that shares pieces has its folder in the lake."""
    seen(at)
    function = "build_training_set" if folder.startswith(f"{FOLDER}/") else "train_model"
    if not _performed(function, folder, world):
        raise JobFailed(json.dumps({"FailureReason": "AlgorithmError: , exit code: 1", "SecondaryStatus": "Failed"}))
    statuses = [{"Status": status} for status in ("Starting", "Interrupted", "Starting", "Training", "Completed")]
    return {"BillableTimeInSeconds": 36, "SecondaryStatusTransitions": statuses}


def _performed(function: str, folder: str, world: ModelWorld) -> bool:
    while True:
        try:
            done: bool = in_world(function, world).perform(folder)
        except TakenBack:
            continue
        return done


def _items(state: Mapping[str, Any], data: Any, world: ModelWorld) -> Any:
    """What a map goes over: a list that it has, or one that lies in the lake."""
    if "ItemReader" in state:
        return json.loads(world.lake.get(_at(state["ItemReader"]["Parameters"]["Key.$"], data)))
    return _at(state["ItemsPath"], data)


def _after(state: Mapping[str, Any], data: Any, result: Any) -> Any:
    if state["Type"] in ("Succeed", "Fail"):
        return data
    if "ResultSelector" in state:
        result = _filled(state["ResultSelector"], result)
    path = state.get("ResultPath", "$")
    if path is None:
        return data
    if path != "$":
        return _kept(path, data, result)
    return _at(state["OutputPath"], result) if "OutputPath" in state else result


def _kept(path: str, data: Any, result: Any) -> Any:
    """The data with a result at a path."""
    *above, last = path.removeprefix("$.").split(".")
    changed = dict(data)
    inner = changed
    for part in above:
        inner[part] = dict(inner[part])
        inner = inner[part]
    inner[last] = result
    return changed


def _filled(template: Mapping[str, Any], data: Any) -> dict[str, Any]:
    return {
        key.removesuffix(".$"): _at(value, data) if key.endswith(".$") else value for key, value in template.items()
    }


def _at(path: str, data: Any) -> Any:
    if path == "$":
        return data
    for part in path.replace("$$.Map.Item.Value", "$.$item").removeprefix("$.").split("."):
        if part.endswith("[*]"):
            return [one[path.rpartition(".")[2]] for one in data[part.removesuffix("[*]")]]
        data = data[part]
    return data


def _there(path: str, data: Any) -> bool:
    name, _, index = path.removesuffix("]").partition("[")
    try:
        there = _at(name, data)
    except (KeyError, TypeError):
        return False
    return not index or len(there) > int(index)


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    if "And" in rule:
        return all(_holds(part, data) for part in rule["And"])
    if "IsPresent" in rule:
        return _there(rule["Variable"], data) == rule["IsPresent"]
    value = _at(rule["Variable"], data)
    return (value is None) == rule["IsNull"] if "IsNull" in rule else bool(value == rule["StringEquals"])
