"""The year of flights: a model of January and February, and the 43 weeks after."""

from __future__ import annotations

import runpy
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from benches.flights import DATASETS, function_of, model, write_accepted, write_files
from benches.measuring import PROGRESS
from benches.retraining.world import World
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.learning.columns import TrainingColumns, read_columns

BEGIN, WEEKS = datetime(2013, 3, 1, tzinfo=UTC), 43
PARAMS = {"max_leaf_nodes": 15, "learning_rate": 0.1}
"""One of the charter's six trials, for every model: the search would cost six more fits each."""


@cache
def flights() -> World:
    """By the committed charter."""
    folder = model()
    charter, watch = folder.charter, folder.charter.monitoring.policy
    own: Any = runpy.run_path(str(folder.folder / "pipeline.py"))["pipeline"]
    assert charter.training.holdout is not None
    return World(
        columns=_columns(),
        make=own,
        params=PARAMS,
        requirements=charter.requirements,
        policy=charter.retraining,
        begin=BEGIN,
        days=7 * WEEKS,
        lag=charter.truth.watermark,
        holdout=charter.training.holdout,
        watch=watch,
    )


def _columns() -> TrainingColumns:
    example = model()
    with tempfile.TemporaryDirectory() as folder:
        PROGRESS.print("a year of flights")
        write_files(Path(folder), 12)
        tables = write_accepted(Path(folder), *DATASETS)
        rows = training_rows(example.charter, example.contracts, tables, function_of(example.folder))
    return read_columns(to_npz(rows, example.charter))
