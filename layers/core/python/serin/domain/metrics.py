"""The metrics a model is judged by."""

from __future__ import annotations

from collections.abc import Mapping

GREATER_IS_BETTER: Mapping[str, bool] = {
    "roc_auc": True,
    "accuracy": True,
    "log_loss": False,
    "brier": False,
    "rmse": False,
    "mae": False,
    "r2": True,
}
METRICS_OF_TASK: Mapping[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "log_loss", "brier", "accuracy"),
    "multiclass": ("log_loss", "accuracy"),
    "regression": ("rmse", "mae", "r2"),
}
PROPER_SCORES: Mapping[str, tuple[str, ...]] = {
    "binary": ("log_loss", "brier"),
    "multiclass": ("log_loss",),
    "regression": ("rmse", "mae"),
}
"""Those that may decide a contest, the default first: what a model believes is also its best answer (Gneiting and
Raftery 2007)."""

VALUE = "value per 1,000"
"""What decisions brought, among the metrics: in the charter's unit, for a thousand predictions; records have it so."""

BROUGHT = "value brought per 1,000"
"""How people are told it: a sum on the rows as they were, and not what the gate asks of the value, a difference."""


def is_better(metric: str, candidate: float, other: float) -> bool:
    """Whether `candidate` is strictly the better value of `metric`; never true of a value that is not a number."""
    return candidate > other if GREATER_IS_BETTER[metric] else candidate < other
