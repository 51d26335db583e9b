"""A step of a training that a function hands over to a training job: what it is asked, and what came of it.

Both are files, since a workflow hands on 256 KB at most, and a job's parameters hold less.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from serin.domain import errors
from serin.domain.charter import JobTerms
from serin.domain.errors import ModelFailed, SerinError
from serin.domain.experiments import TrainingSet
from serin.domain.records import as_record, from_record
from serin.domain.training_jobs import Place, TrainingJob, answer_in, fitted_on, place, planned, request_in, why_failed
from serin.domain.training_machines import MACHINES
from serin.ports import ObjectStore

Event = Mapping[str, Any]
MACHINE, SHARDS = "machine", "shards"
"""Which machine a step runs on, and in how many shards it fits there: not in what a function is asked."""


def place_of(event: Event, training_set: TrainingSet, columns: int, terms: JobTerms) -> Place | None:
    """Where a step is taken, None for its function: by its rows for the check, by what the check says for all others.

    Raises TooLarge, with the numbers, for more than the largest machine that is allowed has room for.
    """
    if event["step"] == "check":
        return place(training_set.rows, columns, terms)
    return said_place(event["checked"])


def said_place(said: Event) -> Place | None:
    """The place that the answer of a check names, or what a job is asked; None for a function."""
    return Place(MACHINES[said[MACHINE]], said.get(SHARDS, 1)) if said.get(MACHINE) else None


def hand_over(
    event: Event,
    place: Place,
    terms: JobTerms,
    training_set: TrainingSet,
    stage: str,
    *,
    lake: ObjectStore,
    artifacts: ObjectStore,
) -> TrainingJob:
    """Write what the step is asked, and say which job is to do it."""
    size = lake.about(training_set.columns).size
    about = training_set.model, event["run"], *_words(event)
    job = planned(stage, *about, place, terms, size, training_set.rows)
    asked = {**event, MACHINE: place.machine.name, SHARDS: place.shards}
    artifacts.put(request_in(job.folder), json.dumps(asked).encode())
    return job


def carry_out(folder: str, step: Callable[[Event], Any], *, artifacts: ObjectStore) -> bool:
    """Take the step that is asked in a folder, and write its answer or its error there; whether it has an answer."""
    event = json.loads(artifacts.get(request_in(folder)))
    try:
        said = {"answer": step(event)}
    except SerinError as error:
        said = {"error": {**error.as_record(), "type": type(error).__name__}}
    except Exception as error:  # noqa: BLE001 - whoever waits for the job is told, as a function's caller is
        said = {"error": {"type": type(error).__name__, "message": str(error)}}
    artifacts.put(answer_in(folder), json.dumps(said).encode())
    return "answer" in said


def collect(handed: Event, *, artifacts: ObjectStore) -> Any:
    """The answer of a step, as its function would have given it; raises its error, or why the job has neither.

    `handed` is what the workflow knows of the job: `job`, and how it `ended` or what was caught of it (`failed`).
    """
    job = from_record(TrainingJob, handed["answer"]["job"])
    # Who may list a folder's keys is told what is not there; who may only read a key is not.
    if answer_in(job.folder) not in artifacts.keys(f"{job.folder}/"):
        raise why_failed(job, handed.get("failed") or {"Error": "NoAnswer", "Cause": ""})
    said = json.loads(artifacts.get(answer_in(job.folder)))
    if "error" in said:
        raise _error(said["error"])
    answer, ended = said["answer"], handed.get("ended")
    if ended and job.step == "refit":
        return {**answer, "fitted_on": as_record(fitted_on(job, ended["seconds"], ended["statuses"]))}
    return answer


def _error(told: Mapping[str, str]) -> SerinError:
    kind = getattr(errors, told["type"], None)
    if isinstance(kind, type) and issubclass(kind, SerinError) and "remedy" in told:
        return kind(told["message"], told["remedy"], told.get("field"))
    return ModelFailed(
        f"{told['type']}: {told['message']}",
        "Correct the model's code; the log /aws/sagemaker/TrainingJobs says where.",
    )


def _words(event: Event) -> tuple[str, str]:
    """The step, and what tells it from others of its kind."""
    return event["step"], json.dumps(event.get("trial"), sort_keys=True)
