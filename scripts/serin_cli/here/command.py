"""`serin train MODEL --here --data FOLDER`: the training that the workflow would make, in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

from serin.bootstrap import Platform
from serin.domain.datasets import Upload
from serin.domain.errors import Invalid
from serin.domain.experiments import Run, TrialResult
from serin.domain.plain_numbers import how_many
from serin.domain.records import as_record
from serin.files.bundle import source_of
from serin.files.commits import commit_of
from serin.files.models import read_model
from serin_cli import story
from serin_cli.checkout import MODELS, charter_of
from serin_cli.documents import prints_aside
from serin_cli.here.code import code_in_place
from serin_cli.here.files import files_of
from serin_cli.here.kernel import ROOT, kernel_beside
from serin_cli.here.world import HereWorld
from serin_cli.outcome import Outcome
from serin_cli.training import told_of

ROOM = 60 * 1024**2
"""What a model may have here, about: the workflow knows to the megabyte what the layers of `predict` leave it."""


def train_here(name: str, data: Path | None, to: Path | None, *, as_json: bool) -> Outcome:
    """Take the files in and train on them, without a cloud; done is a version that would be registered."""
    if data is None:
        raise Invalid("A training here needs its files.", "Name their folder: --data FOLDER.", "--data")
    charter_of(name)
    model, began = read_model(MODELS / name), time.perf_counter()
    files = files_of(data, model.charter)
    world = HereWorld(source_of(model))
    with code_in_place(model.folder), kernel_beside(), prints_aside() if as_json else nullcontext():
        for dataset, its in files.items():
            for file in its:
                _say_upload(world.send(dataset, file), as_json)
        run = world.train(
            uuid4().hex, Platform({}).model_function, ROOM, commit_of(ROOT), lambda trial: _say_trial(trial, as_json)
        )
    if to is not None:
        _write(world, run, to)
    return Outcome(as_record(run), run.status == "registered", _said(run, time.perf_counter() - began))


def _say_upload(upload: Upload, as_json: bool) -> None:
    if not as_json:
        aside = f", {upload.quarantined:,} set aside: {dict(upload.rules)}" if upload.quarantined else ""
        story.say(f"{upload.dataset}: {upload.file}, {how_many(upload.accepted, 'row')}{aside}")


def _say_trial(result: TrialResult, as_json: bool) -> None:
    if not as_json:
        shown = ", ".join(f"{name} {value:.4g}" for name, value in result.metrics.items())
        named: str = result.trial.recipe
        if named == "pipeline":
            named = ", ".join(f"{name} {value}" for name, value in result.trial.params.items())
        story.say(f"trial {result.trial.number}, {named}: {result.failed or shown} ({result.seconds:.1f} s)")


def _said(run: Run, seconds: float) -> list[str]:
    digests = {name: artifact.sha256 for name, artifact in run.artifacts.items()}
    if run.provenance is not None:
        digests = {"training set": run.provenance.training_set, "code": run.provenance.code, **digests}
    lines = told_of(as_record(run))
    return [*lines, *(f"{name}: {value}" for name, value in digests.items()), f"In {seconds:.1f} s, in this process."]


def _write(world: HereWorld, run: Run, folder: Path) -> None:
    """The run's record and files, as they would lie in the buckets."""
    folder.mkdir(parents=True, exist_ok=True)
    record: Mapping[str, Any] = as_record(run)
    (folder / "run.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for artifact in run.artifacts.values():
        (folder / Path(artifact.key).name).write_bytes(world.artifacts.get(artifact.key))
    if run.training_set is not None:
        for key in world.lake.keys(f"training-sets/{run.model}/{run.training_set}/"):
            (folder / Path(key).name).write_bytes(world.lake.get(key))
