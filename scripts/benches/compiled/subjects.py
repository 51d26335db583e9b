"""The models that are measured: fitted on a year of flights, compiled, and left in a folder for every peer."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn import ensemble as trees
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.tables import flights
from serin.domain.records import as_record, from_record
from serin.learning.compiling.compiler import compile_pipeline
from serin.serving.manifest import ModelColumn

TEXTS = ("carrier", "origin", "dest", "tailnum")
NUMBERS = ("month", "day", "hour", "minute", "distance", "sched_dep_time", "sched_arr_time", "dep_delay", "flight")
LEARNT, BULK, SINGLE = 60_000, 100_000, 2_000


def make_subjects(folder: Path, only: Collection[str] = ()) -> dict[str, Any]:
    """Fit, compile and write each model, or `only` some, and the rows asked; what there is to know of them."""
    table, label = _table()
    learnt, asked = table.iloc[:LEARNT], table.iloc[LEARNT : LEARNT + BULK].reset_index(drop=True)
    columns = _columns(learnt)
    joblib.dump(asked, folder / "table.joblib")
    (folder / "columns.json").write_text(json.dumps(as_record(columns)))
    rows = asked.head(SINGLE).astype(object).where(asked.head(SINGLE).notna(), None).to_dict("records")
    (folder / "rows.json").write_text(json.dumps(rows))
    about: dict[str, Any] = {}
    for name, make in MODELS.items():
        if only and name not in only:
            continue
        with threadpool_limits(limits=1):
            pipeline = make().fit(learnt, label[:LEARNT])
        content = compile_pipeline(pipeline, "binary", columns, (False, True), background=learnt).content
        (folder / f"{name}.bin").write_bytes(content)
        joblib.dump(pipeline, folder / f"{name}.joblib")
        # What peers that take no pipeline are given: the features are ready, which favours them.
        features = pipeline[:-1].transform(asked)
        dense = features.toarray() if hasattr(features, "toarray") else features
        np.save(folder / f"{name}.npy", np.ascontiguousarray(dense, dtype=np.float32))
        about[name] = {"compiled_kb": len(content) // 1024, "features": int(dense.shape[1])}
    return about


def subject_columns(folder: Path) -> tuple[ModelColumn, ...]:
    """The columns of the models that `make_subjects` left there."""
    described = json.loads((folder / "columns.json").read_text())
    return tuple(from_record(ModelColumn, column) for column in described)


def _table() -> tuple[pd.DataFrame, Any]:
    rows = flights().sample(LEARNT + BULK, random_state=0).reset_index(drop=True)
    table = pd.DataFrame({name: rows[name].to_numpy(dtype=np.float64) for name in NUMBERS})
    for name in TEXTS:
        texts = [value if isinstance(value, str) else np.nan for value in rows[name]]
        table[name] = pd.Series(texts, dtype=object)
    return table, (rows["arr_delay"].fillna(240.0) > 15).to_numpy()


def _columns(learnt: pd.DataFrame) -> tuple[ModelColumn, ...]:
    return tuple(
        ModelColumn(name, "categorical", tuple(sorted(learnt[name].dropna().unique())))
        if name in TEXTS
        else ModelColumn(name, "numeric")
        for name in map(str, learnt.columns)
    )


def _histogram() -> Pipeline:
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan, dtype=np.float64
    )
    columns = ColumnTransformer([("codes", codes, list(TEXTS))], remainder="passthrough")
    model = trees.HistGradientBoostingClassifier(max_iter=100, early_stopping=False, random_state=0)
    return Pipeline([("columns", columns), ("model", model)])


def _prepared(model: Any) -> Pipeline:
    numbers = Pipeline([("imputer", SimpleImputer()), ("scaler", StandardScaler())])
    few = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer([("numbers", numbers, list(NUMBERS)), ("few", few, list(TEXTS[:3]))])
    return Pipeline([("columns", columns), ("model", model)])


MODELS: Mapping[str, Callable[[], Pipeline]] = {
    "histogram": _histogram,
    "logistic": lambda: _prepared(LogisticRegression(max_iter=200)),
    "forest": lambda: _prepared(
        trees.RandomForestClassifier(n_estimators=100, max_leaf_nodes=200, random_state=0, n_jobs=None)
    ),
}
