"""What is fitted: the model's own pipeline, or the default for its task."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from serin.domain.charter import Charter, Scalar, Task
from serin.domain.errors import Invalid, SerinError
from serin.domain.model_code import RAISED, raised
from serin.serving.estimators import Estimator
from serin.serving.manifest import ModelColumn

Params = Mapping[str, Scalar]
PipelineMaker = Callable[[Sequence[ModelColumn], Params], Estimator]
DEFAULTS: Params = {"learning_rate": 0.05, "max_iter": 220, "max_leaf_nodes": 8, "l2_regularization": 7.0}
"""Many small trees, and leaves of few rows drawn towards nothing: a table of some hundred rows is not learnt by heart,
and of many rows the leaves say what they would say anyway. On such tables scikit-learn's own defaults lose up to .4 of
the skill (`./scripts/bench training`: default_skill)."""
_COLUMNS, _LEAST_SHARE = 3, 0.3


def pipeline_maker(
    charter: Charter, package: str = "model_code", functions: Callable[[str], Callable[..., Any]] | None = None
) -> PipelineMaker:
    """What makes an unfitted estimator of columns and params: `pipeline` of the model's own file, or the default.

    The charter's `pipeline.py` is the module `<package>.pipeline`; what its function makes is checked. `functions`
    finds it by `module:name` in other code than what is deployed.
    """
    if charter.training.pipeline is None:
        return lambda columns, params: default_pipeline(charter.task, columns, params)
    file = charter.training.pipeline
    name = file.removesuffix(".py").replace("/", ".")
    if functions is not None:
        released = functions(f"{name}:pipeline")
        return lambda columns, params: _checked(released, columns, params, charter)
    own = getattr(_imported(f"{package}.{name}", file), "pipeline", None)
    if not callable(own):
        raise Invalid(
            f"{file} has no function `pipeline`.", "Write `def pipeline(columns, params)` there.", "training.pipeline"
        )
    return lambda columns, params: _checked(own, columns, params, charter)


def default_pipeline(task: Task, columns: Sequence[ModelColumn], params: Params) -> Estimator:
    """Gradient-boosted trees over the columns as they are; a category never seen counts as unknown, like a null.

    `params` are those of scikit-learn's HistGradientBoosting, in place of `DEFAULTS`; raises Invalid for others. Each
    split looks at three columns drawn anew, or at three in ten: trees that differ err less together.
    """
    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    # By itself it stops early above 10,000 rows, by rows picked at random: of the very days that it learns from.
    trees = kind(random_state=0, early_stopping=False)
    if unknown := sorted(set(params) - set(trees.get_params())):
        raise Invalid(
            f"The default pipeline has no parameter {unknown[0]}.",
            "Use the parameters of HistGradientBoosting, or write a pipeline.py.",
            f"training.search.space.{unknown[0]}",
        )
    share = max(_LEAST_SHARE, min(1.0, _COLUMNS / max(len(columns), 1)))
    trees.set_params(**{**DEFAULTS, "max_features": share, **params})
    estimator: Estimator = Pipeline([("columns", _numbered(columns)), ("trees", trees)])
    return estimator


def algorithm_of(estimator: Estimator) -> str:
    """The class of what predicts: of a pipeline's last step."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return type(estimator).__name__


def _numbered(columns: Sequence[ModelColumn]) -> ColumnTransformer:
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan, dtype=np.float64
    )
    categorical = [column.name for column in columns if column.kind == "categorical"]
    return ColumnTransformer([("categories", encoder, categorical)], remainder="passthrough")


def _imported(module: str, file: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except RAISED as error:
        raise Invalid(
            f"{file} cannot be imported: {raised(error)}.",
            "Use what the functions have: the Python standard library, scikit-learn, pandas, numpy and joblib.",
            "training.pipeline",
        ) from error


def _checked(own: Callable[..., Any], columns: Sequence[ModelColumn], params: Params, charter: Charter) -> Estimator:
    file, needed = charter.training.pipeline, "predict" if charter.task == "regression" else "predict_proba"
    try:
        made: Estimator = own(columns, params)
    except SerinError:
        raise
    except RAISED as error:
        raise Invalid(
            f"`pipeline` of {file} failed: {raised(error)}.",
            "Correct it, or its parameters in training.search.space.",
            "training.pipeline",
        ) from error
    if isinstance(made, type):
        raise Invalid(
            f"{file} made the class {made.__name__}, and no estimator of it.",
            f"Return `{made.__name__}(…)`.",
            "training.pipeline",
        )
    for method in ("fit", needed):
        if not hasattr(made, method):
            raise Invalid(
                f"{file} made a {type(made).__name__} without `{method}`.",
                f"Return a scikit-learn estimator for a {charter.task} task.",
                "training.pipeline",
            )
    return made
