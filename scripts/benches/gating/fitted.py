"""Challengers fitted on flights, and how much each gains over a champion on every later day."""

from __future__ import annotations

import runpy
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benches.flights import DATASETS, function_of, model, write_accepted, write_files
from benches.gating.rates import Draw
from benches.measuring import PROGRESS
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.domain.charter import Charter
from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.evidence import evidence_of
from serin.learning.fitting import Champion, contest, refit
from serin.learning.pipelines import PipelineMaker
from serin.learning.splits import learnable_rows
from serin.measures.arrays import Floats, Mask

PARAMS = {"max_leaf_nodes": 15, "learning_rate": 0.1}
LEARNT_DAYS, STRETCH = 75, 7
FLIPPED = 0.3


@dataclass(frozen=True)
class Fitted:
    """Each challenger's gain over the champion by day, the near twin's moved so that its mean is 0."""

    gains: Mapping[str, Floats]

    def draws(self, seed: int) -> Mapping[str, Draw]:
        """Days of each challenger: stretches of seven that follow each other, from anywhere in the year."""
        random = np.random.default_rng(seed)

        def draw(gains: Floats, days: int) -> Floats:
            starts = random.integers(0, len(gains) - STRETCH + 1, size=-(-days // STRETCH))
            return np.concatenate([gains[start : start + STRETCH] for start in starts])[:days]

        return {name: partial(draw, gains) for name, gains in self.gains.items()}


def fit(months: int = 12) -> Fitted:
    """Fit a champion on the first 75 days and challengers that are worse, or no better; judge by all later days."""
    charter, columns, make = _flights(months)
    until = datetime.fromtimestamp(float(columns.moment[0]), UTC) + timedelta(days=LEARNT_DAYS)
    learnt = learnable_rows(columns, until)
    champion = refit(_only(columns, learnt), charter.task, make, PARAMS)
    live = Champion(1, champion.estimator, champion.learnt_until)
    challengers = {
        "flipped_labels": _flipped(columns, learnt),
        "one_week": _only(columns, columns.moment >= (until - timedelta(days=7)).timestamp()),
        "near_twin": _only(columns, columns.moment >= columns.moment[0] + timedelta(days=1).total_seconds()),
    }
    gains = {}
    for name, rows in challengers.items():
        PROGRESS.print(f"fit {name}")
        scores = contest(rows, charter.task, make, PARAMS, until, live)
        learnable = learnable_rows(rows, until)
        sample = evidence_of(charter.task, charter.requirements, rows, learnable, scores).over_champion
        gains[name] = np.array(sample.blocks if sample else ())
    return Fitted({**gains, "near_twin": gains["near_twin"] - gains["near_twin"].mean()})


def _flights(months: int) -> tuple[Charter, TrainingColumns, PipelineMaker]:
    example = model()
    with tempfile.TemporaryDirectory() as folder:
        PROGRESS.print(f"{months} months of flights")
        write_files(Path(folder), months)
        tables = write_accepted(Path(folder), *DATASETS)
        rows = training_rows(example.charter, example.contracts, tables, function_of(example.folder))
    # The columns that verdicts of value and of slices need are not looked at here.
    charter = replace(example.charter, value=None, slices={})
    own: Any = runpy.run_path(str(example.folder / "pipeline.py"))["pipeline"]
    return charter, read_columns(to_npz(rows, example.charter)), own


def _flipped(columns: TrainingColumns, learnt: Mask) -> TrainingColumns:
    flips = learnt & (np.random.default_rng(0).random(len(learnt)) < FLIPPED)
    return replace(columns, label=columns.label.astype(np.bool_) ^ flips)


def _only(columns: TrainingColumns, rows: Mask) -> TrainingColumns:
    return replace(
        columns,
        table=columns.table[rows].reset_index(drop=True),
        label=columns.label[rows],
        moment=columns.moment[rows],
        may_judge=columns.may_judge[rows],
        group=columns.group[rows],
        entity=columns.entity[rows],
        slices={name: values[rows] for name, values in columns.slices.items()},
    )
