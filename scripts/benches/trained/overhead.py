"""What a training of flights takes beside its bare fits: the services of the workflow's states, in this process.

The starts of the functions' processes are not in it, nor is the making of the training set.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.flights import DATASETS, function_of, model, write_accepted, write_files
from benches.measuring import PROGRESS
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.domain.experiments import Run, TrainingSet, Trial, TrialResult
from serin.domain.names import digest
from serin.domain.searching import trials
from serin.files.models import ModelFolder
from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.pipelines import pipeline_maker
from serin.learning.splits import validation_rows
from serin.measures.arrays import Mask
from serin.services.evaluate_model import judge
from serin.services.note_trial import note_trial
from serin.services.select_trial import select
from serin.services.train_model import Trainer

SMALL, LARGE = 2, 5
"""Months of flights: the slope between them is what grows with rows, the rest is fixed."""
RUN, ROOM = "bench", 200_000_000


@dataclass(frozen=True)
class Spent:
    """CPU seconds of a training, and of the bare fits of the same search."""

    rows: int
    ours: float
    bare: float
    trials: int
    yardsticks: float


def overhead() -> dict[str, float]:
    """`proportional` is what a row costs beside a bare fit's, `fixed_s` what a training of no rows would cost more."""
    with tempfile.TemporaryDirectory() as folder:
        # As in the functions the model's own code is a package of that name; a whole one, for a bench has the name too.
        package = Path(shutil.copytree(model().folder, Path(folder) / "model_code"))
        (package / "__init__.py").touch()
        sys.path.insert(0, folder)
        small, large = measured(SMALL), measured(LARGE)
        sys.path.remove(folder)
    rows = large.rows - small.rows
    ours, bare = (large.ours - small.ours) / rows, (large.bare - small.bare) / rows
    fixed = (small.ours - ours * small.rows) - (small.bare - bare * small.rows)
    return {
        "rows": large.rows,
        "fixed_s": round(fixed, 2),
        "proportional": round(ours / bare, 3),
        "ours_s": round(large.ours, 2),
        "bare_s": round(large.bare, 2),
        "yardsticks_s": round(large.yardsticks, 2),
        "trials": large.trials,
    }


def measured(months: int) -> Spent:
    """A training on so many months."""
    folder = model()
    PROGRESS.print(f"{months} months of flights")
    content, training_set = _training_set(folder, months)
    lake = MemoryObjectStore()
    lake.put(training_set.columns, content)
    ours, results = _cpu(lambda: _trained(folder, training_set, lake))
    # One thread, as the trainer has it: threads that wait for each other count as CPU.
    with threadpool_limits(limits=1):
        bare, _ = _cpu(lambda: _fitted(folder, training_set, read_columns(content)))
    beside = sum(result.seconds for result in results if result.trial.recipe != "pipeline")
    return Spent(training_set.rows, ours, bare, len(results), beside)


def _training_set(example: ModelFolder, months: int) -> tuple[bytes, TrainingSet]:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), months)
        tables = write_accepted(Path(folder), *DATASETS)
        rows = training_rows(example.charter, example.contracts, tables, function_of(example.folder))
    content, holdout = to_npz(rows, example.charter), example.charter.training.holdout
    first, last = rows["__moment"][0], rows["__moment"][-1]
    assert holdout is not None, "flights have a time"
    since = last - holdout
    learnable = int((rows["__moment"] < since).sum())
    return content, TrainingSet(
        *("bench", example.charter.model, "rows.parquet", "columns.npz", digest(content), rows.height, learnable),
        heads={},
        charter=example.charter.digest(),
        code="code",
        first=first,
        last=last,
        holdout_from=since,
        uses=example.charter.features.model_uses,
    )


def _trained(folder: ModelFolder, training_set: TrainingSet, lake: MemoryObjectStore) -> Sequence[TrialResult]:
    """Each state of the workflow, from the check to the refit."""
    charter, artifacts, catalog = folder.charter, MemoryObjectStore(), MemoryCatalog()
    clock = MemoryClock(training_set.last)
    catalog.begin_run(Run(RUN, charter.model, "call", "running", clock.now()))
    golden: Any = folder.golden
    code: Mapping[str, bytes] = {file.name: file.read_bytes() for file in folder.folder.glob("*.py")}

    def trainer() -> Trainer:
        # Each state is a call of its own, which reads the training set again.
        return Trainer(charter, training_set, code, golden, lake=lake, artifacts=artifacts, room=ROOM)

    planned = trials(charter.training.search, training_set)
    checked = trainer().check(planned)
    results = [trainer().trial(trial) for trial in planned]
    noted = [
        note_trial(charter.model, RUN, training_set.id, result, catalog=catalog, clock=clock) for result in results
    ]
    chosen = select(charter, RUN, training_set, noted, checked, catalog=catalog)
    scores = trainer().contest(RUN, chosen.trial, None)
    judge(charter, RUN, training_set, scores, None, lake=lake, artifacts=artifacts, catalog=catalog, clock=clock)
    trainer().refit(RUN, chosen.trial)
    return results


def _fitted(folder: ModelFolder, training_set: TrainingSet, columns: TrainingColumns) -> None:
    """The fits of the same search by scikit-learn alone: each trial, the contest's, and the refit."""
    make, until = pipeline_maker(folder.charter), training_set.holdout_from
    assert until is not None, "flights have a time"
    parts, learnable = validation_rows(columns, until), columns.before(until)
    own = [trial for trial in trials(folder.charter.training.search, training_set) if trial.recipe == "pipeline"]

    def fit(trial: Trial, rows: Mask, judged: Mask | None) -> None:
        estimator: Any = make(columns.columns, trial.params)
        names = [column.name for column in columns.columns]
        estimator.fit(columns.table.loc[rows, names], columns.label[rows])
        if judged is not None:
            estimator.predict_proba(columns.table.loc[judged, names])

    for trial in own:
        fit(trial, parts.older, parts.newer)
    fit(own[0], learnable, ~learnable)
    fit(own[0], np.ones(len(columns.label), np.bool_), None)


def _cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer
