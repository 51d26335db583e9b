"""From the scores of a contest to what a model card shows of the challenger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from serin.domain.charter import Task
from serin.domain.classes import positive_of
from serin.domain.judgement.policy import Requirements
from serin.domain.measurements import Measurements, SliceMeasured, estimate_of
from serin.learning.columns import TrainingColumns
from serin.learning.scores import Scores
from serin.measures.arrays import Floats, Labels
from serin.measures.blocks import Blocks
from serin.measures.calibration import calibration_bins
from serin.measures.influence import row_values

MOST_VALUES = 50
"""Of a column with more values those with most rows are shown."""


def measurements_of(
    task: Task, asked: Requirements, columns: TrainingColumns, scores: Scores, *, model: str, run: str
) -> Measurements:
    """The challenger by slice, and what its scores say beside what was so; blocks are those of the gate."""
    rows = scores.rows
    blocks = Blocks(asked.gate.block, columns.moment[rows], columns.entity[rows], rows)
    said, truth = _said_and_so(task, scores, columns.label[rows])
    slices = tuple(_slices(task, asked, columns, scores, blocks))
    return Measurements(model, run, slices, tuple(calibration_bins(said, truth, blocks)), asked.gate.metric)


def _said_and_so(task: Task, scores: Scores, label: Labels) -> tuple[Floats, Floats]:
    score = scores.challenger
    if task == "regression":
        return score, label.astype(np.float64)
    if task == "binary":
        return score, (label == positive_of(scores.classes)).astype(np.float64)
    right = np.array(scores.classes)[score.argmax(axis=1)] == label
    return score.max(axis=1), right.astype(np.float64)


def _slices(
    task: Task, asked: Requirements, columns: TrainingColumns, scores: Scores, blocks: Blocks
) -> Iterator[SliceMeasured]:
    for column, margin in asked.slices.items():
        its = columns.slices[column][scores.rows]
        values, counts = np.unique(its, return_counts=True)
        for value in values[np.sort(np.argsort(-counts, kind="stable")[:MOST_VALUES])]:
            rows = its == value
            label, score = columns.label[scores.rows][rows], scores.challenger[rows]
            numbers = row_values(task, margin.metric, label, score, scores.classes)
            if np.isfinite(numbers).all() and (estimate := estimate_of(blocks.numbers(numbers, rows))) is not None:
                yield SliceMeasured(column, str(value), margin.metric, estimate)
