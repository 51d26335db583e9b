"""The proof that a compiled model answers what scikit-learn answers: scores, labels, leaves and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from serin.domain.charter import Score
from serin.domain.compilation import Parity
from serin.learning.compiling.compiler import Compiled
from serin.learning.compiling.edges import plain_edges, split_probes
from serin.learning.compiling.reference import reference_leaves, reference_scores
from serin.measures.arrays import Floats, Mask
from serin.serving.answers import label_of
from serin.serving.compiled.kernel import Kernel
from serin.serving.compiled.model import CompiledModel, Matrix
from serin.serving.manifest import ModelColumn

TOLERANCE = 1e-9
MOST_EDGES = 250_000
ASKED_ALONE = 12
"""Refused rows that scikit-learn is asked one by one; together, one of them would refuse all."""


def prove(estimator: Any, compiled: Compiled, rows: pd.DataFrame, kernel: Kernel, most: int = MOST_EDGES) -> Parity:
    """Ask both of the rows, the model's table, and of at most `most` edge rows for each ensemble of trees."""
    model = CompiledModel(compiled.content, kernel)
    rows = rows.reset_index(drop=True)
    tables, splits = [rows, plain_edges(rows, _columns(model))], 0
    answered = rows[~_refused(model, rows)]
    for site in compiled.sites if len(answered) else ():
        probes = split_probes(site, reference_leaves(site, answered), compiled.program, most)
        tables.append(probes.table(answered))
        splits += probes.splits
    return _compared(estimator, compiled, model, pd.concat(tables, ignore_index=True), len(rows), splits)


def _compared(
    estimator: Any, compiled: Compiled, model: CompiledModel, table: pd.DataFrame, rows: int, splits: int
) -> Parity:
    about = model.about
    refused = _refused(model, table)
    answered = table[~refused].reset_index(drop=True)
    expected = reference_scores(estimator, about.task, about.classes, answered) if len(answered) else None
    differs = len(answered) if expected is None else 0
    difference, labels = np.zeros(0), 0
    if expected is not None:
        scores = np.array(model.scores_of(matrix_of(model, answered)), dtype=np.float64).reshape(expected.shape)
        difference = differences(scores, expected)
        labels = _different_labels(model, scores, expected)
    return Parity(
        rows=rows,
        edges=len(table) - rows,
        trees=sum(len(site.ensemble.trees) for site in compiled.sites),
        splits=splits,
        all_splits=sum(
            int(((tree.left >= 0) & (tree.bits < 0)).sum()) for site in compiled.sites for tree in site.ensemble.trees
        ),
        refused=int(refused.sum()),
        worst=float(difference.max(initial=0.0)),
        scores=int((difference > TOLERANCE).sum()),
        labels=labels,
        leaves=0 if expected is None else _different_leaves(compiled, model, answered),
        refusals=differs + _wrongly_refused(estimator, model, table[refused]),
    )


def differences(scores: Floats, expected: Floats) -> Floats:
    """Each row's largest difference, relative where the expected score is above one; infinite where one is no number.

    Two scores that are both not finite agree: neither is ever answered.
    """
    with np.errstate(all="ignore"):
        apart = np.abs(scores - expected) / np.maximum(1.0, np.abs(expected))
    neither = ~np.isfinite(scores) & ~np.isfinite(expected)
    worst: Floats = np.where(neither, 0.0, np.where(np.isfinite(apart), apart, np.inf)).max(axis=1, initial=0.0)
    return worst


def matrix_of(model: CompiledModel, table: pd.DataFrame) -> Matrix:
    """A table as the compiled model reads it."""
    columns: list[Any] = []
    for column in model.about.columns:
        series = table[column.name]
        if column.kind == "numeric":
            columns.append(np.ascontiguousarray(series, dtype=np.float64))
        else:
            columns.append(series.tolist())
    return model.columns(columns)


def _columns(model: CompiledModel) -> list[ModelColumn]:
    return [ModelColumn(column.name, column.kind, tuple(column.categories)) for column in model.about.columns]


def _refused(model: CompiledModel, table: pd.DataFrame) -> Mask:
    return np.array(model.refusals(matrix_of(model, table), None), dtype=np.bool_)


def _different_labels(model: CompiledModel, scores: Floats, expected: Floats) -> int:
    task, classes = model.about.task, model.about.classes

    def labels(rows: Floats) -> list[Any]:
        plain: list[Score] = rows.tolist() if task == "multiclass" else rows[:, 0].tolist()
        return [label_of(task, classes, score) for score in plain]

    return sum(ours != theirs for ours, theirs in zip(labels(scores), labels(expected), strict=True))


def _different_leaves(compiled: Compiled, model: CompiledModel, table: pd.DataFrame) -> int:
    """Rows that end in another leaf of any tree."""
    leaves = np.array(model.leaves(matrix_of(model, table)), dtype=np.int64).reshape(len(table), -1)
    differ, first = np.zeros(len(table), dtype=np.bool_), 0
    for site in compiled.sites:
        ours = site.ensemble.leaf_nodes[leaves[:, first : first + len(site.ensemble.trees)]]
        differ |= (ours != reference_leaves(site, table)).any(axis=1)
        first += len(site.ensemble.trees)
    return int(differ.sum())


def _wrongly_refused(estimator: Any, model: CompiledModel, table: pd.DataFrame) -> int:
    """Of refused rows, asked one by one, those that scikit-learn answers."""
    asked = table.iloc[:: 1 + len(table) // ASKED_ALONE]
    alone = (asked.iloc[[place]] for place in range(len(asked)))
    scores = [reference_scores(estimator, model.about.task, model.about.classes, row) for row in alone]
    return sum(score is not None and bool(np.isfinite(score).all()) for score in scores)
