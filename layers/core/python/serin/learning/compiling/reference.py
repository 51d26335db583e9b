"""What scikit-learn itself says of a table: the scores, and the leaf of every tree."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from serin.domain.charter import Scalar, Task
from serin.learning.compiling.estimators import GRADIENT, HISTOGRAM, SINGLE, Site
from serin.learning.compiling.trees import Numbers
from serin.measures.arrays import Floats
from serin.serving.scoring import scores_of


def reference_scores(estimator: Any, task: Task, classes: Sequence[Scalar], table: pd.DataFrame) -> Floats | None:
    """A row of scores for each row; None where scikit-learn refuses the table."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of categories never seen, which are asked about
        try:
            scores = scores_of(estimator, task, classes, table)
        except ValueError:
            return None
    return np.asarray(scores, dtype=np.float64).reshape(len(table), -1)


def reference_leaves(site: Site, table: pd.DataFrame) -> Numbers:
    """The nodes in which a table's rows end, a column for each tree."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        features: Any = table
        for step in site.steps:
            features = step.transform(features)
        if type(site.estimator) in HISTOGRAM:
            return _histogram_leaves(site.estimator, features)
        leaves = np.asarray(site.estimator.apply(features))
    if type(site.estimator) in SINGLE or type(site.estimator) in GRADIENT:
        leaves = leaves.reshape(len(table), -1)
    return leaves.astype(np.int64)


def _histogram_leaves(estimator: Any, features: Any) -> Numbers:
    """By scikit-learn's own walk, through trees whose leaves' values are their numbers."""
    matrix = estimator._preprocess_X(features, reset=False)
    known, places = estimator._bin_mapper.make_known_categories_bitsets()
    leaves = []
    for predictor in (predictor for iteration in estimator._predictors for predictor in iteration):
        nodes = predictor.nodes.copy()
        nodes["value"] = np.arange(len(nodes))
        numbered = TreePredictor(nodes, predictor.binned_left_cat_bitsets, predictor.raw_left_cat_bitsets)
        leaves.append(numbered.predict(matrix, known, places, 1))
    return np.array(leaves).T.astype(np.int64)
