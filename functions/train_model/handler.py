"""A state of the training workflow that runs the model's code → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.experiments import TrainingSet, Trial
from serin.domain.models import Artifact, ModelVersion
from serin.domain.records import as_record, from_record
from serin.logs import logged
from serin.services.estimate_part import estimate_part
from serin.services.steps.kept_source import source_in_place
from serin.services.train_model import Trainer


@logged("train_model", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> Any:
    """Take one step by the code that the training set was made by; references come in and go out, never data."""
    world = platform()
    if event["step"] == "estimate":
        return estimate(event)
    training_set = from_record(TrainingSet, event["training_set"])
    with source_in_place(training_set, world.source(world.model), lake=world.lake) as source:
        trainer = Trainer(
            *(source.charter, training_set, source.code, source.golden),
            lake=world.lake,
            artifacts=world.artifacts,
            room=world.model_room,
        )
        return as_record(_step(trainer, event))


def _step(trainer: Trainer, event: Mapping[str, Any]) -> object:
    if event["step"] == "check":
        return trainer.check([from_record(Trial, trial) for trial in event["trials"]])
    run, trial = event["run"], from_record(Trial, event["trial"])
    steps: dict[str, Callable[[], object]] = {
        "trial": lambda: trainer.trial(trial),
        "contest": lambda: trainer.contest(run, trial, champion_from(event)),
        "refit": lambda: trainer.refit(run, trial),
        "measure": lambda: trainer.measure(run, trial),
    }
    return steps[event["step"]]()


def estimate(event: Mapping[str, Any]) -> str:
    """Score a part of a batch by scikit-learn; where its scores are."""
    world, files = platform(), event["files"]
    estimator, layer = (from_record(Artifact, files[name]) for name in ("estimator", "layer"))
    return estimate_part(files["features"], estimator, layer, lake=world.lake, artifacts=world.artifacts)


def champion_from(event: Mapping[str, Any]) -> ModelVersion | None:
    """The version to beat, or None for the first training."""
    number = event["champion"]
    return None if number is None else from_record(ModelVersion, number)
