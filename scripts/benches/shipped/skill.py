"""How much better than the trivial model: ours, and scikit-learn's own estimator on the same columns and rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.charter import Task
from serin.learning.columns import TrainingColumns
from serin.learning.scores import Scores
from serin.learning.splits import Holdout, Split, judging_splits
from serin.measures.arrays import Floats, Labels

_LEAST = 1e-15


def skills(columns: TrainingColumns, task: Task, holdout: Holdout, scores: Scores) -> tuple[float, float]:
    """One minus the loss by the trivial model's, ours and scikit-learn's: log loss, or squared error."""
    splits = judging_splits(columns, holdout)
    trivial = np.concatenate([_trivial(columns.label, split, task, scores.classes) for split in splits])
    theirs = np.concatenate([_plain(columns, split, task, scores.classes) for split in splits])
    ours = _wide(scores.challenger) if task != "regression" else scores.challenger
    base = _loss(scores.label, trivial, task, scores.classes)
    return tuple(1 - _loss(scores.label, scores_of, task, scores.classes) / base for scores_of in (ours, theirs))  # type: ignore[return-value]


def _wide(shares: Floats) -> Floats:
    """A column for each class, also where there are two."""
    return np.column_stack([1 - shares, shares]) if shares.ndim == 1 else shares


def _trivial(label: Labels, split: Split, task: Task, classes: tuple[Any, ...]) -> Floats:
    learnt, count = label[split.learn], int(split.judge.sum())
    if task == "regression":
        return np.full(count, float(learnt.mean()))
    return np.tile([float((learnt == one).mean()) for one in classes], (count, 1))


def _plain(columns: TrainingColumns, split: Split, task: Task, classes: tuple[Any, ...]) -> Floats:
    """HistGradientBoosting with its defaults; texts as numbers, which it needs."""
    table = columns.table
    encode = make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
            make_column_selector(dtype_include=object),
        ),
        remainder="passthrough",
    )
    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    model = make_pipeline(encode, kind(random_state=0))
    with threadpool_limits(limits=1):
        model.fit(table[split.learn], columns.label[split.learn])
        if task == "regression":
            scores_given: Floats = model.predict(table[split.judge])
            return scores_given
        shares = model.predict_proba(table[split.judge])
    wide = np.zeros((len(shares), len(classes)))
    places = {name: place for place, name in enumerate(classes)}
    for number, name in enumerate(model.classes_.tolist()):
        wide[:, places[name]] = shares[:, number]
    return wide


def _loss(label: Labels, scores: Floats, task: Task, classes: tuple[Any, ...]) -> float:
    if task == "regression":
        return float(np.square(label - scores).mean())
    place = {name: number for number, name in enumerate(classes)}
    right = scores[np.arange(len(label)), [place[name] for name in label.tolist()]]
    return float(-np.log(np.clip(right, _LEAST, 1)).mean())
