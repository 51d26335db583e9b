"""What a training of flights takes beside its bare fits: the services of the workflow's states, in this process.

The starts of the functions' processes are not in it, nor is the making of the training set. A bare fit is what
scikit-learn alone does of the committed search: each trial is fitted on the older rows and asked for the newer ones,
the yardsticks too, which are fits of every search; the winner is fitted for the contest, where decisions have a value
once more for their threshold, and on everything. Reading the rows, checking, judging, measuring, compiling and proving
is ours.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.flights import DATASETS, function_of, model, write_accepted, write_files
from benches.measuring import PROGRESS
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.domain.charter import Charter
from serin.domain.experiments import Run, TrainingSet, Trial
from serin.domain.names import digest
from serin.domain.searching import trials
from serin.files.bundle import source_of
from serin.files.models import ModelFolder
from serin.learning.baselines import baseline_maker
from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.pipelines import PipelineMaker, pipeline_maker
from serin.learning.splits import validation_rows
from serin.measures.arrays import Mask
from serin.services.walk_training import TrainingWalk
from serin_cli.here.code import code_in_place
from serin_cli.here.kernel import kernel_beside

SMALL, LARGE = 2, 5
"""Months of flights: the slope between them is what grows with rows, the rest is fixed."""
RUN, ROOM = "bench", 200_000_000


@dataclass(frozen=True)
class Spent:
    """CPU seconds of a training, and of the bare fits of the same search, of which so many are the yardsticks'."""

    rows: int
    ours: float
    bare: float
    yardsticks: float
    trials: int


def overhead() -> dict[str, float]:
    """`proportional` is what a row costs beside a bare fit's, `fixed_s` what a training of no rows would cost more."""
    with code_in_place(model().folder), kernel_beside():
        small, large = measured(SMALL), measured(LARGE)
    rows = large.rows - small.rows
    ours, bare = (large.ours - small.ours) / rows, (large.bare - small.bare) / rows
    fixed = (small.ours - ours * small.rows) - (small.bare - bare * small.rows)
    without = bare - (large.yardsticks - small.yardsticks) / rows
    return {
        "rows": large.rows,
        "fixed_s": round(fixed, 2),
        "proportional": round(ours / bare, 3),
        "proportional_if_yardsticks_are_ours": round(ours / without, 3),
        "ours_s": round(large.ours, 2),
        "bare_s": round(large.bare, 2),
        "bare_yardsticks_s": round(large.yardsticks, 2),
        "trials": large.trials,
        f"bare_s_of_{SMALL}_months": round(small.bare, 2),
    }


def measured(months: int) -> Spent:
    """A training on so many months."""
    example = model()
    PROGRESS.print(f"{months} months of flights")
    content, training_set = _training_set(example, months)
    planned = trials(example.charter.training.search, training_set)
    ours, run = _cpu(lambda: _trained(example, training_set, content))
    assert run.status == "registered", run.reason
    # One thread, as the trainer has it: threads that wait for each other count as CPU.
    with threadpool_limits(limits=1):
        columns = read_columns(content)
        bare = _Bare(example.charter, training_set, columns)
        own, _ = _cpu(lambda: bare.search([trial for trial in planned if trial.recipe == "pipeline"]))
        beside, _ = _cpu(lambda: bare.search([trial for trial in planned if trial.recipe != "pipeline"]))
        last, _ = _cpu(lambda: bare.winner(run.best))
    return Spent(training_set.rows, ours, own + beside + last, beside, len(planned))


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


def _trained(example: ModelFolder, training_set: TrainingSet, content: bytes) -> Run:
    """Each state of the workflow, from the check to the registration."""
    lake, catalog, clock = MemoryObjectStore(), MemoryCatalog(), MemoryClock(training_set.last)
    lake.put(training_set.columns, content)
    catalog.begin_run(Run(RUN, example.charter.model, "call", "running", clock.now()))
    walk = TrainingWalk(
        *(RUN, training_set, source_of(example), ROOM),
        lake=lake,
        artifacts=MemoryObjectStore(),
        catalog=catalog,
        events=MemoryEvents(),
        clock=clock,
    )
    return walk.take(trials(example.charter.training.search, training_set))


class _Bare:
    """The fits of a search by scikit-learn alone, on rows that are read already."""

    def __init__(self, charter: Charter, training_set: TrainingSet, columns: TrainingColumns) -> None:
        assert training_set.holdout_from is not None, "flights have a time"
        self._charter, self._columns = charter, columns
        self._parts = validation_rows(columns, training_set.holdout_from)
        self._learnable = columns.before(training_set.holdout_from)
        self._own = pipeline_maker(charter)

    def search(self, planned: list[Trial]) -> None:
        """Each trial on the older rows, asked for the newer ones."""
        task, metric = self._charter.task, self._charter.training.search.optimise
        for trial in planned:
            make = self._own if trial.recipe == "pipeline" else baseline_maker(trial.recipe, task, metric)
            self._fit(make, trial.params, self._parts.older, self._parts.newer)

    def winner(self, best: Trial | None) -> None:
        """The contest's fit, the threshold's where decisions have a value, and the one on everything."""
        assert best is not None, "a registered run has a best trial"
        self._fit(self._own, best.params, self._learnable, ~self._learnable)
        if self._charter.value is not None:
            self._fit(self._own, best.params, self._parts.older, self._parts.newer)
        self._fit(self._own, best.params, np.ones(len(self._columns.label), np.bool_), None)

    def _fit(self, make: PipelineMaker, params: Mapping[str, Any], rows: Mask, judged: Mask | None) -> None:
        columns, names = self._columns, [column.name for column in self._columns.columns]
        estimator: Any = make(columns.columns, params)
        estimator.fit(columns.table.loc[rows, names], columns.label[rows])
        if judged is not None:
            estimator.predict_proba(columns.table.loc[judged, names])


def _cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer
