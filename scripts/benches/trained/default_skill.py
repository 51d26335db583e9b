"""The pipeline that is fitted where nobody wrote one, beside HistGradientBoosting tuned for each table.

Five parts of a table are scored in turn by what learnt from the others. The peer is tuned within those others, by
cross-validation over draws of its usual parameters; the default is fitted as it is.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import KFold, RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.measuring import PROGRESS
from benches.trained.real_tables import RealTable, real_tables
from serin.learning.pipelines import default_pipeline
from serin.measures.arrays import SMALLEST_PROBABILITY, Floats, Labels

FOLDS, INNER_FOLDS, DRAWS, SEED = 5, 3, 12, 20130401
SPACE = {
    "learning_rate": [0.02, 0.05, 0.1, 0.2],
    "max_iter": [50, 100, 200],
    "max_leaf_nodes": [4, 8, 15, 31],
    "min_samples_leaf": [5, 10, 20, 40],
    "l2_regularization": [0.0, 1.0, 10.0],
}
"""What the peer is tuned over."""
Make = Callable[[RealTable], Any]


def default_skill() -> dict[str, Any]:
    """Skills by table, 1 - loss / the trivial answer's loss (log loss, squared error), and by how much ours is more."""
    tables, apart = dict[str, Any](), dict[str, float]()
    with threadpool_limits(limits=1):
        for table in real_tables():
            PROGRESS.print(f"{table.name}: {len(table.label):,} rows")
            ours, theirs = skill(table, default), skill(table, tuned)
            apart[table.name] = round(ours - theirs, 4)
            tables[table.name] = {
                "package": table.package,
                "task": table.task,
                "rows": len(table.label),
                "default": round(ours, 4),
                "tuned": round(theirs, 4),
                "difference": apart[table.name],
            }
    worst = min(apart, key=lambda name: apart[name])
    median = round(statistics.median(apart.values()), 4)
    return {"worst": apart[worst], "worst_table": worst, "median": median, "tables": tables}


def default(table: RealTable) -> Any:
    """What the platform fits without a `pipeline.py` and without parameters."""
    return default_pipeline(table.task, table.columns, {})


def tuned(table: RealTable) -> Any:
    """HistGradientBoosting over the same columns, texts as numbers, with the best of some draws of its parameters."""
    kind = HistGradientBoostingRegressor if table.task == "regression" else HistGradientBoostingClassifier
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    texts = [column.name for column in table.columns if column.kind == "categorical"]
    columns = make_column_transformer((encoder, texts), remainder="passthrough")
    model = make_pipeline(columns, kind(random_state=0, early_stopping=False))
    step = type(model[-1]).__name__.lower()
    return RandomizedSearchCV(
        model,
        {f"{step}__{name}": values for name, values in SPACE.items()},
        n_iter=DRAWS,
        cv=_parts(table, INNER_FOLDS),
        scoring="neg_mean_squared_error" if table.task == "regression" else "neg_log_loss",
        random_state=SEED,
    )


def skill(table: RealTable, make: Make) -> float:
    """One minus the loss over all rows, each scored by what did not learn it, by the trivial answer's."""
    lost, trivial = np.zeros(len(table.label)), np.zeros(len(table.label))
    for learn, judge in _parts(table, FOLDS).split(table.table, table.label):
        model = make(table).fit(table.table.iloc[learn], table.label[learn])
        lost[judge] = _losses(table, model, judge)
        trivial[judge] = _trivial(table, table.label[learn], table.label[judge])
    return float(1 - lost.mean() / trivial.mean())


def _parts(table: RealTable, parts: int) -> KFold | StratifiedKFold:
    kind = KFold if table.task == "regression" else StratifiedKFold
    return kind(parts, shuffle=True, random_state=SEED)


def _losses(table: RealTable, model: Any, judge: Any) -> Floats:
    rows, label = table.table.iloc[judge], table.label[judge]
    if table.task == "regression":
        errors: Floats = label - model.predict(rows)
        return np.square(errors)
    return _surprises(model.predict_proba(rows), label, model.classes_)


def _trivial(table: RealTable, learnt: Labels, label: Labels) -> Floats:
    if table.task == "regression":
        errors: Floats = label - learnt.mean()
        return np.square(errors)
    classes, counts = np.unique(learnt, return_counts=True)
    return _surprises(np.tile(counts / len(learnt), (len(label), 1)), label, classes)


def _surprises(shares: Floats, label: Labels, classes: Labels) -> Floats:
    right = shares[np.arange(len(label)), np.searchsorted(classes, label)]
    surprises: Floats = -np.log(np.clip(right, SMALLEST_PROBABILITY, 1))
    return surprises
