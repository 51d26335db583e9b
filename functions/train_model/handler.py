"""A state of the training workflow that runs the model's code → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.charter import JobTerms
from serin.domain.errors import TooLarge
from serin.domain.experiments import TrainingSet, Trial
from serin.domain.features import feature_columns
from serin.domain.models import Artifact, ModelVersion
from serin.domain.records import as_record, from_record
from serin.domain.training_jobs import Place, place_for
from serin.domain.training_size import OF_ROWS
from serin.logs import logged
from serin.services.estimate_part import estimate_part
from serin.services.steps.kept_source import source_in_place
from serin.services.train_model import Trainer
from serin.services.training_job import carry_out, collect, hand_over, place_of, said_place


@logged("train_model", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> Any:
    """Take one step, or say by which job it is to be taken; references come in and go out, never data."""
    world = platform()
    if event["step"] == "estimate":
        return estimate(event)
    if event["step"] == "collect":
        return collect(event["of"], artifacts=world.artifacts)
    charter, training_set = world.charters[world.model], from_record(TrainingSet, event["training_set"])
    terms, columns = charter.training.job, len(feature_columns(charter))
    if terms is None:
        return as_record(step_of(event, None))
    if place := place_of(event, training_set, columns, terms):
        return job_of(event, place, terms)
    try:
        return as_record(step_of(event, None))
    except TooLarge as error:
        if error.field != OF_ROWS:
            raise
        # The function has room for the rows as they were counted, and not for what they are, or for the time of a fit.
        return job_of(event, place_for(training_set.rows, columns, terms), terms)


def perform(folder: str) -> bool:
    """Take the step that is asked in a folder of the artifacts, in a training job; whether there is an answer."""
    return carry_out(
        folder,
        lambda event: as_record(step_of(event, said_place(event))),
        artifacts=platform().artifacts,
    )


def job_of(event: Mapping[str, Any], place: Place, terms: JobTerms) -> dict[str, Any]:
    """The step as a job, in place of an answer."""
    world, training_set = platform(), from_record(TrainingSet, event["training_set"])
    job = hand_over(event, place, terms, training_set, world.stage, lake=world.lake, artifacts=world.artifacts)
    return {"job": as_record(job)}


def step_of(event: Mapping[str, Any], place: Place | None) -> object:
    """The step's answer, by the code that the training set was made by."""
    world, training_set = platform(), from_record(TrainingSet, event["training_set"])
    with source_in_place(training_set, world.source(world.model), lake=world.lake) as source:
        trainer = Trainer(
            *(source.charter, training_set, source.code, source.golden),
            lake=world.lake,
            artifacts=world.artifacts,
            room=world.model_room,
            place=place,
            terms=world.charters[world.model].training.job,
        )
        return _step(trainer, event)


def _step(trainer: Trainer, event: Mapping[str, Any]) -> object:
    if event["step"] == "check":
        return trainer.check([from_record(Trial, trial) for trial in event["trials"]])
    run, trial = event["run"], from_record(Trial, event["trial"])
    steps: dict[str, Callable[[], object]] = {
        "trial": lambda: trainer.trial(run, trial),
        "contest": lambda: trainer.contest(run, trial, champion_from(event), scored_from(event)),
        "refit": lambda: trainer.refit(run, trial),
        "measure": lambda: trainer.measure(run, trial),
    }
    return steps[event["step"]]()


def estimate(event: Mapping[str, Any]) -> str:
    """Score a part of a batch by scikit-learn; where its scores are."""
    world, files = platform(), event["files"]
    estimator, layer = (from_record(Artifact, files[name]) for name in ("estimator", "layer"))
    return estimate_part(files["features"], estimator, layer, lake=world.lake, artifacts=world.artifacts)


def scored_from(event: Mapping[str, Any]) -> Artifact | None:
    """What the trial has kept for the contest; None of an execution that began before trials kept anything."""
    kept = event.get("scored")
    return None if kept is None else from_record(Artifact, kept)


def champion_from(event: Mapping[str, Any]) -> ModelVersion | None:
    """The version to beat, or None for the first training."""
    number = event["champion"]
    return None if number is None else from_record(ModelVersion, number)
