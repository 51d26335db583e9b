"""What is fitted for readings: boosted trees, few and small, so that rows and not trees are what takes time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sklearn.ensemble import HistGradientBoostingClassifier

if TYPE_CHECKING:
    from serin.domain.charter import Scalar
    from serin.serving.manifest import ModelColumn


def pipeline(_: Sequence[ModelColumn], params: Mapping[str, Scalar]) -> HistGradientBoostingClassifier:
    """Boosted trees; `params`: `max_leaf_nodes`."""
    return HistGradientBoostingClassifier(
        max_iter=20,
        learning_rate=0.3,
        max_leaf_nodes=int(params["max_leaf_nodes"]),
        early_stopping=False,
        random_state=0,
    )
