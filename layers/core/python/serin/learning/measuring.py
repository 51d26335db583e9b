"""From the scores of a contest to how well its probabilities or numbers are calibrated, for the model card."""

from __future__ import annotations

import numpy as np

from serin.domain.charter import Task
from serin.domain.classes import positive_of
from serin.domain.judgement.policy import Requirements
from serin.domain.measurements import Measurements
from serin.learning.columns import LabelledRows
from serin.learning.curves import curve_of_contest
from serin.learning.scores import Scores
from serin.measures.arrays import Floats, Labels
from serin.measures.blocks import Blocks
from serin.measures.calibration import calibration_bins


def measurements_of(
    task: Task, asked: Requirements, columns: LabelledRows, scores: Scores, learnt: int, *, model: str, run: str
) -> Measurements:
    """What the scores of a challenger that learnt from `learnt` rows say beside what was so; blocks are the gate's."""
    rows = scores.rows
    blocks = Blocks(asked.gate.block, columns.moment[rows], columns.entity[rows], rows)
    said, truth = _said_and_so(task, scores, columns.label[rows])
    bins = tuple(calibration_bins(said, truth, blocks))
    curve = curve_of_contest(task, asked.gate, columns, scores, learnt)
    return Measurements(model, run, bins, asked.gate.metric, curve=curve)


def _said_and_so(task: Task, scores: Scores, label: Labels) -> tuple[Floats, Floats]:
    score = scores.challenger
    if task == "regression":
        return score, label.astype(np.float64)
    if task == "binary":
        return score, (label == positive_of(scores.classes)).astype(np.float64)
    right = np.array(scores.classes)[score.argmax(axis=1)] == label
    return score.max(axis=1), right.astype(np.float64)
