"""What is fitted for flights: gradient-boosted trees that see few rows of a day as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

if TYPE_CHECKING:
    from serin.domain.charter import Scalar
    from serin.serving.manifest import ModelColumn


def pipeline(columns: Sequence[ModelColumn], params: Mapping[str, Scalar]) -> Pipeline:
    """Trees over numbers as they are and codes of categories; a carrier or airport never seen counts as unknown.

    `params`: `max_leaf_nodes` and `learning_rate`. The flights of one day share its weather and
    so their fate: large leaves and few columns a split keep the trees from learning single days.
    """
    categories = [column.name for column in columns if column.kind == "categorical"]
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan, dtype=np.float64
    )
    trees = HistGradientBoostingClassifier(
        max_leaf_nodes=params["max_leaf_nodes"],
        learning_rate=params["learning_rate"],
        max_features=0.2,
        min_samples_leaf=1000,
        l2_regularization=100.0,
        # By itself it would stop by rows picked at random, of the very days that it learns from.
        early_stopping=False,
        random_state=0,
    )
    columns_as_numbers = ColumnTransformer([("codes", codes, categories)], remainder="passthrough")
    return Pipeline([("columns", columns_as_numbers), ("trees", trees)])
