"""HistGradientBoosting: float64 thresholds, splits by categories, nulls that have a side."""

from __future__ import annotations

from typing import Any

import numpy as np

from serin.learning.compiling.columns import Table
from serin.learning.compiling.program import Program
from serin.learning.compiling.transformers import transformed
from serin.learning.compiling.trees import Ensemble, Tree, ensemble


def histogram_sums(estimator: Any, table: Table, program: Program) -> Ensemble:
    """The raw predictions. Where it encodes categories itself, its own encoder is the first step."""
    inner = estimator._preprocessor
    features = (table if inner is None else transformed(inner, table, program)).numbers(estimator)
    known, places = estimator._bin_mapper.make_known_categories_bitsets()
    trees = [
        _tree(predictor, output, known, places, program)
        for iteration in estimator._predictors
        for output, predictor in enumerate(iteration)
    ]
    return ensemble(trees, features, estimator._baseline_prediction.ravel(), program)


def _tree(predictor: Any, output: int, known: Any, places: Any, program: Program) -> Tree:
    nodes = predictor.nodes
    is_leaf = nodes["is_leaf"].astype(np.bool_)
    by_category = nodes["is_categorical"].astype(np.bool_) & ~is_leaf
    bits = np.full(len(nodes), -1, dtype=np.int64)
    for place in np.flatnonzero(by_category):
        node = nodes[place]
        goes_left = predictor.raw_left_cat_bitsets[node["bitset_idx"]]
        # A category that was never seen goes where a null goes.
        unknown = ~known[places[node["feature_idx"]]] if node["missing_go_to_left"] else 0
        bits[place] = program.bits(np.asarray(goes_left | unknown, dtype=np.uint32))
    return Tree(
        np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
        nodes["right"].astype(np.int64),
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"],
        nodes["missing_go_to_left"].astype(np.bool_),
        bits,
        nodes["value"].reshape(-1, 1),
        nodes["count"].astype(np.float64),
        output,
    )
