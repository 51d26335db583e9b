"""Every covered estimator and transformer: in a matrix, and put together at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn import ensemble as trees
from sklearn import linear_model as linear
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benches.compiled.tables import Rows
from serin.domain.charter import Task

Maker = Callable[[], Any]
FEW: Mapping[str, Any] = {"n_estimators": 8, "random_state": 0}
HISTOGRAM: Mapping[str, Any] = {"max_iter": 12, "min_samples_leaf": 5, "early_stopping": False, "random_state": 0}
STEPS: Mapping[str, Any] = {"random_state": 0, "max_iter": 300}

CLASSIFIERS: Mapping[str, Maker] = {
    "HistGradientBoosting": lambda: trees.HistGradientBoostingClassifier(**HISTOGRAM),
    "GradientBoosting": lambda: trees.GradientBoostingClassifier(**FEW),
    "RandomForest": lambda: trees.RandomForestClassifier(**FEW),
    "ExtraTrees": lambda: trees.ExtraTreesClassifier(**FEW),
    "DecisionTree": lambda: DecisionTreeClassifier(random_state=0),
    "LogisticRegression": lambda: linear.LogisticRegression(max_iter=300),
    "SGD": lambda: linear.SGDClassifier(loss="log_loss", **STEPS),
    "Calibrated sigmoid": lambda: CalibratedClassifierCV(linear.SGDClassifier(**STEPS), method="sigmoid", cv=2),
    "Calibrated isotonic": lambda: CalibratedClassifierCV(
        trees.RandomForestClassifier(n_estimators=4, random_state=0), method="isotonic", cv=2
    ),
}
REGRESSORS: Mapping[str, Maker] = {
    "HistGradientBoosting": lambda: trees.HistGradientBoostingRegressor(**HISTOGRAM),
    "GradientBoosting": lambda: trees.GradientBoostingRegressor(**FEW),
    "RandomForest": lambda: trees.RandomForestRegressor(**FEW),
    "ExtraTrees": lambda: trees.ExtraTreesRegressor(**FEW),
    "DecisionTree": lambda: DecisionTreeRegressor(random_state=0),
    "Ridge": linear.Ridge,
    "ElasticNet": lambda: linear.ElasticNet(random_state=0),
    "SGD": lambda: linear.SGDRegressor(eta0=1e-4, **STEPS),
}
BEARS_NULLS = ("HistGradientBoosting", "RandomForest", "ExtraTrees", "DecisionTree", "Calibrated isotonic")


def estimators_for(task: Task) -> Mapping[str, Maker]:
    """The covered estimators of a task."""
    return REGRESSORS if task == "regression" else CLASSIFIERS


def _ordinal(**more: Any) -> OrdinalEncoder:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan, dtype=np.float64, **more
    )


def transformers_for(rows: Rows) -> Mapping[str, Maker]:
    """The covered transformers, as model folders put them together; the first leaves nulls in."""
    texts, numbers = rows.names("categorical"), rows.names("numeric")
    return {
        "ordinal, passthrough": lambda: ColumnTransformer([("c", _ordinal(), texts)], remainder="passthrough"),
        "imputed with indicator, standard, one-hot": lambda: ColumnTransformer(
            [
                ("n", Pipeline([("i", SimpleImputer(add_indicator=True)), ("s", StandardScaler())]), numbers),
                ("c", OneHotEncoder(handle_unknown="ignore"), texts),
            ],
            sparse_threshold=0,
        ),
        "median, min-max clipped, one-hot infrequent": lambda: ColumnTransformer(
            [
                ("n", Pipeline([("i", SimpleImputer(strategy="median")), ("s", MinMaxScaler(clip=True))]), numbers),
                ("c", OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=30, drop="first"), texts),
            ]
        ),
        "constant, robust, ordinal": lambda: ColumnTransformer(
            [
                (
                    "n",
                    Pipeline([("i", SimpleImputer(strategy="constant", fill_value=-9)), ("s", RobustScaler())]),
                    numbers,
                ),
                (
                    "c",
                    OrdinalEncoder(
                        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2, max_categories=4
                    ),
                    texts,
                ),
            ]
        ),
        "texts imputed, nested pipelines, scaled again": lambda: Pipeline(
            [
                (
                    "columns",
                    ColumnTransformer(
                        [
                            (
                                "c",
                                Pipeline(
                                    [
                                        ("i", SimpleImputer(strategy="most_frequent")),
                                        ("h", OneHotEncoder(handle_unknown="ignore", drop="if_binary")),
                                    ]
                                ),
                                texts,
                            ),
                            ("n", SimpleImputer(strategy="most_frequent"), numbers),
                        ],
                        sparse_threshold=0,
                    ),
                ),
                ("scaled", StandardScaler()),
            ]
        ),
    }


def native_categories(rows: Rows) -> Pipeline:
    """Gradient boosting that splits by categories itself; the codes come first."""
    kind = trees.HistGradientBoostingRegressor if rows.task == "regression" else trees.HistGradientBoostingClassifier
    codes = ColumnTransformer([("c", _ordinal(), rows.names("categorical"))], remainder="passthrough")
    places = list(range(len(rows.names("categorical"))))
    return Pipeline([("columns", codes), ("model", kind(categorical_features=places, **HISTOGRAM))])


def random_pipeline(choose: random.Random, rows: Rows) -> Pipeline:
    """A pipeline of covered parts with parameters that matter, chosen at random."""
    texts, numbers = rows.names("categorical"), rows.names("numeric")
    estimator = choose.choice(sorted(estimators_for(rows.task)))
    bears = estimator in BEARS_NULLS
    parts = [("n", _random_numbers(choose, bears), numbers), ("c", _random_texts(choose, bears), texts)]
    choose.shuffle(parts)
    if bears and choose.random() < 0.3:
        parts = [part for part in parts if part[0] == "c"]
    columns = ColumnTransformer(
        parts, remainder="passthrough" if len(parts) == 1 else "drop", sparse_threshold=choose.choice([0.0, 0.3])
    )
    return Pipeline([("columns", columns), ("model", _random_estimator(choose, estimator, rows.task))])


def _random_numbers(choose: random.Random, bears: bool) -> Any:
    imputer = SimpleImputer(
        strategy=choose.choice(["mean", "median", "most_frequent", "constant"]),
        add_indicator=choose.random() < 0.5,
        **({"fill_value": choose.choice([0, -1.5])} if choose.random() < 0.5 else {}),
    )
    low = choose.uniform(-2, 0)
    scaler = choose.choice(
        [
            StandardScaler(with_mean=choose.random() < 0.7, with_std=choose.random() < 0.7),
            MinMaxScaler((low, low + choose.uniform(0.1, 3)), clip=choose.random() < 0.5),
            RobustScaler(with_centering=choose.random() < 0.7, unit_variance=choose.random() < 0.3),
            "passthrough",
        ]
    )
    steps = [("scaler", scaler)] if bears and choose.random() < 0.4 else [("imputer", imputer), ("scaler", scaler)]
    choose.shuffle(steps)
    return Pipeline(steps)


def _random_texts(choose: random.Random, bears: bool) -> Any:
    rare: Mapping[str, Any] = choose.choice(
        [{}, {"min_frequency": choose.choice([5, 30, 0.05])}, {"max_categories": choose.randint(2, 5)}]
    )
    if choose.random() < 0.5:
        unknown = choose.choice([-1, np.nan]) if bears else -1
        encoder: Any = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=unknown,
            encoded_missing_value=choose.choice([-2, np.nan]) if bears else -2,
            **rare,
        )
    else:
        encoder = OneHotEncoder(
            handle_unknown=choose.choice(["ignore", "infrequent_if_exist", "error"]),
            drop=choose.choice([None, "first", "if_binary"]),
            sparse_output=choose.random() < 0.5,
            **rare,
        )
    if choose.random() < 0.4:
        filled = SimpleImputer(strategy=choose.choice(["most_frequent", "constant"]), fill_value="none")
        return Pipeline([("imputer", filled), ("encoder", encoder)])
    return encoder


def _random_estimator(choose: random.Random, name: str, task: Task) -> Any:
    estimator = estimators_for(task)[name]()
    offered: dict[str, list[Any]] = {
        "max_leaf_nodes": [None, 3, 8, 31],
        "max_depth": [None, 1, 4],
        "learning_rate": [0.01, 0.1, 1.0],
        "criterion": ["friedman_mse", "squared_error"] if name == "GradientBoosting" else [],
        "loss": {
            ("HistGradientBoosting", "regression"): ["squared_error", "absolute_error"],
            ("GradientBoosting", "regression"): ["squared_error", "absolute_error", "huber"],
            ("GradientBoosting", "binary"): ["log_loss", "exponential"],
        }.get((name, task), []),
        "init": [None, "zero"],
        "fit_intercept": [True, False],
        "l1_ratio": [0.1, 0.9] if name == "ElasticNet" else [],
        "ensemble": [True, False],
        "subsample": [0.5, 1.0],
    }
    known = estimator.get_params()
    if name == "SGD":
        offered.pop("learning_rate")
    for parameter, values in offered.items():
        if parameter in known and values and choose.random() < 0.5:
            estimator.set_params(**{parameter: choose.choice(values)})
    return estimator
