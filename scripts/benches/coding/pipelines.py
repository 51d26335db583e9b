"""Pipelines as people might write them: encoders that bear new texts or do not, and estimators of their own."""

from __future__ import annotations

from random import Random

SOURCE = """\
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier


class Own(ClassifierMixin, BaseEstimator):
    def fit(self, table, label):
        self.classes_ = np.unique(label)
        self.inner_ = DecisionTreeClassifier(max_depth=4, min_samples_leaf=20)
        self.inner_.fit(np.nan_to_num(np.asarray(table, dtype=float)), label)
        return self

    def predict_proba(self, table):
        table = np.nan_to_num(np.asarray(table, dtype=float))
        scores = self.inner_.predict_proba(table)
        bad = {when}
        {what}
        return scores

    def predict(self, table):
        return self.classes_[self.predict_proba(table).argmax(axis=1)]


def pipeline(columns, params):
    texts = [column.name for column in columns if column.kind == "categorical"]
    numbers = [column.name for column in columns if column.kind == "numeric"]
    encoded = ColumnTransformer([("texts", {texts}, texts), ("numbers", {numbers}, numbers)])
    {model}
"""
TEXTS = (
    "OneHotEncoder(sparse_output=False)",
    "OneHotEncoder(handle_unknown='ignore', sparse_output=False)",
    "OneHotEncoder(handle_unknown='infrequent_if_exist', min_frequency=5, sparse_output=False)",
    "OrdinalEncoder()",
    "OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1, encoded_missing_value=-2)",
    "make_pipeline(SimpleImputer(strategy='most_frequent'), OneHotEncoder(sparse_output=False))",
    "'drop'",
)
NUMBERS = (
    "'passthrough'",
    "SimpleImputer()",
    "SimpleImputer(add_indicator=True)",
    "make_pipeline(SimpleImputer(), StandardScaler())",
    "make_pipeline(SimpleImputer(), FunctionTransformer(np.log1p))",
    "make_pipeline(SimpleImputer(), FunctionTransformer(np.exp))",
)
MODELS = (
    "LogisticRegression(max_iter=50)",
    "GaussianNB(var_smoothing=1e-6)",
    "DecisionTreeClassifier(max_depth=3, min_samples_leaf=20)",
    "HistGradientBoostingClassifier(max_iter=3)",
    "RandomForestClassifier(n_estimators=3, min_samples_leaf=20)",
    "Own()",
    "Own()",
)
# Rows of numbers only: those that nobody asks before a release are the last two.
WHEN = (
    "np.ones(len(table), bool)",
    "(table == 0).any(axis=1)",
    "(table > 1e6).any(axis=1)",
    "(table < -1e200).any(axis=1)",
)
WHAT = (
    "scores[bad] = np.nan",
    "scores[bad] = np.inf",
    "scores[bad] = [-0.5, 1.5]",
    "scores = scores[~bad]",
    "scores = scores[:, :1] if bad.any() else scores",
    "assert not bad.any()",
    "scores = scores.astype(object if bad.any() else float)",
    "scores = scores.tolist() if bad.any() else scores",
    "scores = None if bad.any() else scores",
    "exit() if bad.any() else None",
)
ODD = ("return None", "raise KeyError('params')", "return 7", "return columns[99]", "import nowhere")


def own_pipeline(random: Random) -> tuple[str, str]:
    """The pipeline in words, and its source."""
    texts, numbers, estimator = random.choice(TEXTS), random.choice(NUMBERS), random.choice(MODELS)
    when, what = random.choice(WHEN), random.choice(WHAT)
    odd = random.random() < 0.05
    model = random.choice(ODD) if odd else f"return make_pipeline(encoded, {estimator})"
    words = model if odd else f"{texts} | {numbers} | {estimator}"
    if "Own" in model:
        words += f", {what} where {when}"
    filled = SOURCE
    for name, part in (("when", when), ("what", what), ("texts", texts), ("numbers", numbers), ("model", model)):
        filled = filled.replace(f"{{{name}}}", part)
    return words, filled
