"""What is not compiled, and why; and what equal pipelines give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, PowerTransformer

from serin.learning.compiling.columns import NotCovered
from serin.learning.compiling.compiler import compile_pipeline
from serin.learning.compiling.edges import BASES
from serin.learning.compiling.parity import matrix_of, prove
from serin.serving.compiled.layout import inputs_read
from serin.serving.compiled.model import CompiledModel
from serin.serving.compiled.reading import Sizes
from serin.serving.manifest import ModelColumn
from tests.kernels import this_kernel

COLUMN = ModelColumn("a", "numeric")
TABLE = pd.DataFrame({"a": np.arange(1.0, 40.0)})
LABEL = np.arange(39) % 2


class Own(LogisticRegression):
    """Somebody's own subclass, which may do anything."""


def compiled(pipeline: Pipeline, version: str | None = None) -> bytes:
    return compile_pipeline(pipeline.fit(TABLE, LABEL), "binary", [COLUMN], (0, 1), version).content


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([PowerTransformer(), LogisticRegression()], "sklearn's PowerTransformer is not compiled"),
        (
            [VotingClassifier([("a", LogisticRegression())], voting="soft")],
            "sklearn's VotingClassifier is not compiled",
        ),
        ([Own()], "Own is not compiled"),
        ([FunctionTransformer(np.log), LogisticRegression()], "a FunctionTransformer calls a function of its own"),
        ([OneHotEncoder(dtype=np.float32), LogisticRegression()], "OneHotEncoder with the dtype float32"),
        ([SimpleImputer(missing_values=pd.NA), LogisticRegression()], r"SimpleImputer\(missing_values=<NA>\)"),
        ([SGDClassifier(loss="modified_huber")], r"SGDClassifier\(loss='modified_huber'\)"),
        ([CalibratedClassifierCV(method="temperature", estimator=LogisticRegression())], "method='temperature'"),
        (
            [GradientBoostingClassifier(init=LogisticRegression())],
            "GradientBoostingClassifier that begins with a model",
        ),
    ],
)
def test_what_is_not_covered_is_refused_with_the_reason(steps: list[Any], reason: str) -> None:
    with pytest.raises(NotCovered, match=reason):
        compiled(make_pipeline(*steps))


def test_another_minor_of_scikit_learn_is_refused() -> None:
    with pytest.raises(NotCovered, match=r"scikit-learn 1\.10\.0 is not one of those proven: 1\.9"):
        compiled(make_pipeline(LogisticRegression()), "1.10.0")


def test_text_that_nothing_encodes_is_refused() -> None:
    text = ModelColumn("a", "categorical", ("x",))
    pipeline = make_pipeline(LogisticRegression()).fit(TABLE, LABEL)
    with pytest.raises(NotCovered, match="LogisticRegression is given text"):
        compile_pipeline(pipeline, "binary", [text], (0, 1))


def test_a_column_of_which_nothing_is_left_still_refuses_what_scikit_learn_refuses() -> None:
    table = pd.DataFrame(
        {"a": np.arange(40.0), "b": np.full(40, np.nan), "c": pd.Series(list("xy") * 20, dtype=object)}
    )
    columns = [ModelColumn("a", "numeric"), ModelColumn("b", "numeric"), ModelColumn("c", "categorical", ("x", "y"))]
    steps = ColumnTransformer(
        [("n", SimpleImputer(), ["a", "b"]), ("c", OneHotEncoder(drop="first", min_frequency=30), ["c"])]
    )
    pipeline = make_pipeline(steps, LogisticRegression()).fit(table, np.arange(40) % 2)
    written = compile_pipeline(pipeline, "binary", columns, (0, 1))
    parity = prove(pipeline, written, table, this_kernel())
    assert parity.is_proven
    # Both infinities of both numbers, two texts that were never seen, a null text, and a row of nulls.
    assert parity.refused == (4 + 2 + 1) * BASES + 1


def test_equal_pipelines_give_equal_files() -> None:
    assert compiled(make_pipeline(LogisticRegression())) == compiled(make_pipeline(LogisticRegression()))


def test_a_line_takes_as_many_slots_whatever_the_categories_and_a_column_that_it_ignores_none() -> None:
    texts = {name: [f"{number % many}" for number in range(39)] for name, many in (("few", 2), ("many", 30))}
    table, slots = pd.DataFrame({**texts, "idle": 0.0}), []
    columns = [ModelColumn(name, "categorical", tuple(sorted(set(values)))) for name, values in texts.items()]
    columns.append(ModelColumn("idle", "numeric"))
    for place, name in enumerate(texts):
        one_hot = ColumnTransformer([("c", OneHotEncoder(handle_unknown="ignore"), [name])])
        pipeline = make_pipeline(one_hot, LogisticRegression()).fit(table, LABEL)
        content = compile_pipeline(pipeline, "binary", columns, (0, 1)).content
        slots.append(Sizes(content).slots)
        assert inputs_read(memoryview(content)) == {place}
    # The category's code, what its columns add up to, the line, and its probability.
    assert slots == [4, 4]


@pytest.mark.parametrize(
    "pipeline",
    [
        # Its trees bear nulls, which it refuses before it asks them.
        make_pipeline("passthrough", GradientBoostingClassifier(n_estimators=2)),
        make_pipeline(
            ColumnTransformer([("a", SimpleImputer(), [0])], transformer_weights={"a": 3.0, "none": 2.0}),
            LogisticRegression(),
        ),
        # It refuses the nulls that its trees would bear.
        make_pipeline(FunctionTransformer(validate=True), HistGradientBoostingClassifier(max_iter=2)),
    ],
    ids=["gradient boosting of what may be null", "weighted transformers", "a function that checks"],
)
def test_what_only_looks_uncommon_is_compiled_and_proven(pipeline: Pipeline) -> None:
    pipeline.fit(TABLE, LABEL)
    written = compile_pipeline(pipeline, "binary", [COLUMN], (0, 1))
    assert prove(pipeline, written, TABLE, this_kernel()).is_proven


TEXTS = pd.DataFrame({"c": pd.Series(["x", "y", np.nan] * 13, dtype=object), "n": np.arange(39.0)})
TEXT_COLUMNS = [ModelColumn("c", "categorical", ("x", "y")), ModelColumn("n", "numeric")]


@pytest.mark.parametrize(
    "steps",
    [
        [SimpleImputer(strategy="constant", fill_value="none"), OneHotEncoder(handle_unknown="ignore")],
        [SimpleImputer(strategy="constant", fill_value="none"), OneHotEncoder()],
        [OrdinalEncoder(categories=[["none", "y", "x", np.nan]])],
    ],
    ids=["what nulls become, others unknown", "what nulls become, others refused", "categories named by hand"],
)
def test_a_text_that_only_a_step_of_the_pipeline_knows_is_no_unseen_category(steps: list[Any]) -> None:
    columns = ColumnTransformer([("c", make_pipeline(*steps), ["c"])], remainder="passthrough")
    pipeline = make_pipeline(columns, HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=1))
    pipeline.fit(TEXTS, TEXTS["c"].isna())
    written = compile_pipeline(pipeline, "binary", TEXT_COLUMNS, (False, True))
    asked = pd.DataFrame({"c": pd.Series(["none", "x", np.nan], dtype=object), "n": 1.0})
    model = CompiledModel(written.content, this_kernel())
    assert model.score(asked.replace({np.nan: None}).to_dict("records")) == pytest.approx(
        pipeline.predict_proba(asked)[:, 1], rel=1e-12
    )
    assert prove(pipeline, written, TEXTS, this_kernel()).is_proven


def test_a_decision_that_overflows_is_refused_by_isotonic_calibration_as_by_scikit_learn() -> None:
    table = pd.DataFrame({"a": np.arange(39.0), "b": np.arange(39.0) % 5})
    columns = [ModelColumn("a", "numeric"), ModelColumn("b", "numeric")]
    model = CalibratedClassifierCV(LogisticRegression(C=1e9), method="isotonic", cv=2).fit(table, table["a"] > 20)
    asked = pd.DataFrame({"a": [1e308, -1e308, 30.0], "b": 0.0})
    written = compile_pipeline(model, "binary", columns, (False, True))
    refused = CompiledModel(written.content, this_kernel())
    assert refused.refusals(matrix_of(refused, asked), None).tolist() == [1, 1, 0]
    assert prove(model, written, table, this_kernel()).is_proven


def test_more_categories_than_a_training_can_hold_one_hot_are_left_to_scikit_learn() -> None:
    names = np.array([f"c{number}" for number in range(3_000)], dtype=object)
    encoder = OneHotEncoder().fit(pd.DataFrame({"c": names}))
    with pytest.raises(NotCovered, match="OneHotEncoder that makes 3,000 columns of 3,002 categories"):
        compile_pipeline(
            Pipeline([("c", encoder), ("m", LogisticRegression())]),
            "binary",
            [ModelColumn("c", "categorical", tuple(names))],
            (0, 1),
        )


def test_a_number_that_is_scaled_so_often_that_there_is_no_way_back_is_compiled_all_the_same() -> None:
    smaller = [ColumnTransformer([("a", "passthrough", [0])], transformer_weights={"a": 1e-200}) for _ in range(2)]
    table = TABLE * 1e300
    pipeline = make_pipeline(*smaller, HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=1))
    written = compile_pipeline(pipeline.fit(table, TABLE["a"] > 20), "binary", [COLUMN], (False, True))
    parity = prove(pipeline, written, table, this_kernel())
    assert parity.is_proven
    assert (parity.splits, parity.all_splits > 0) == (0, True)
