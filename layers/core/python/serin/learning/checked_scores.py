"""The scores of a contest held against the training set they name.

The model's own function writes the scores that judge it. What rows judge, what their labels are and who the champion is
follows from the training set and the catalog, so a file that says otherwise is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from serin.domain.charter import Scalar, Task
from serin.learning.columns import LabelledRows
from serin.learning.scores import Places, Scores
from serin.measures.arrays import Floats, Mask


def misfits(
    scores: Scores,
    columns: LabelledRows,
    expected: Places,
    validation: Mask | None,
    champion: int | None,
    *,
    task: Task,
    classes: Sequence[Scalar],
) -> Iterator[str]:
    """What the scores say that cannot be, a sentence each; none for scores that may be judged.

    `expected` are the places of the rows that must judge, in order, `validation` those
    that choose the threshold, `champion` the version that must be in the contest.
    """
    if not np.array_equal(scores.rows, expected):
        found = f"it judges {len(scores.rows):,} rows"
        yield f"{found}, which are not the {len(expected):,} that neither model has learnt from"
        return
    if not np.array_equal(scores.moment, columns.moment[expected]):
        yield "its moments are not those of the training set"
    if not np.array_equal(scores.label, columns.label[expected]):
        yield "its labels are not those of the training set"
    if tuple(scores.classes) != tuple(classes):
        yield f"its classes are {list(scores.classes)}, and the training set's {list(classes)}"
    if scores.champion_version != champion:
        found = "no champion" if scores.champion_version is None else f"version {scores.champion_version}"
        yield f"it has {found}, and the champion is {'nobody yet' if champion is None else f'version {champion}'}"
    yield from score_misfits("the challenger", scores.challenger, len(expected), task, len(classes))
    if scores.champion is not None:
        yield from score_misfits("the champion", scores.champion, len(expected), task, len(classes))
    if validation is not None:
        yield from _validation_misfits(scores, np.flatnonzero(validation), task, len(classes))


def _validation_misfits(scores: Scores, expected: Places, task: Task, classes: int) -> Iterator[str]:
    if scores.validation is None or not np.array_equal(scores.validation.rows, expected):
        yield f"the {len(expected):,} rows that choose the threshold are not scored"
        return
    yield from score_misfits("the threshold's model", scores.validation.score, len(expected), task, classes)


def score_misfits(whose: str, score: Floats, rows: int, task: Task, classes: int) -> Iterator[str]:
    """What is wrong with scores of so many rows and classes, whoever gave them, a sentence each."""
    shape = (rows, classes) if task == "multiclass" else (rows,)
    if score.shape != shape:
        yield f"{whose} has scores of shape {score.shape}, and {shape} is needed"
    elif not np.isfinite(score).all():
        yield f"{whose} has {int((~np.isfinite(score)).sum()):,} scores that are no finite number"
    elif task != "regression" and ((score < 0) | (score > 1)).any():
        yield f"{whose} has scores that are no probability"
