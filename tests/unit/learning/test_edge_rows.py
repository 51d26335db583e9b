from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from serin.domain.charter import Charter
from serin.domain.errors import Invalid
from serin.learning.edge_checks import EdgeChecks
from serin.learning.edge_rows import edge_rows
from serin.learning.fitting import refit
from serin.learning.pipelines import PipelineMaker, pipeline_maker
from serin.serving.on_demand import OnDemand
from tests.builders import GOLDEN, a_charter
from tests.unit.learning.orders import order_columns

COLUMNS = order_columns()
LIGHT = {"max_iter": 5}


def with_function(function: Callable[..., Any], *arguments: str) -> tuple[Charter, EdgeChecks]:
    plain = a_charter()
    features = replace(plain.features, on_demand={"share": "features:share"}, model_uses=("amount", "shop", "share"))
    charter = replace(plain, features=features)
    return charter, EdgeChecks(charter, COLUMNS, [GOLDEN], lambda: {"share": OnDemand("share", function, arguments)})


def checked(make: PipelineMaker, charter: Charter | None = None) -> None:
    charter = charter or a_charter()
    EdgeChecks(charter, COLUMNS, [GOLDEN], dict).check(refit(COLUMNS, charter.task, make, LIGHT))


def test_edges_are_what_the_charter_lets_in_and_training_may_not_have_seen() -> None:
    edges = edge_rows(a_charter(), COLUMNS, [GOLDEN, GOLDEN])
    amounts = [edge.instance["amount"] for edge in edges if edge.input == "amount"]
    known = COLUMNS.table["amount"]
    # Null, the charter's least, training's least and greatest, and beyond; what lies below the charter's is no edge.
    assert amounts == [None, 0.0, known.min(), known.max(), known.max() + (known.max() - known.min())]
    assert [edge.instance["shop"] for edge in edges if edge.input == "shop"] == [
        *("a text that training has not seen", "", "x" * 256)
    ]
    assert [edge.asked for edge in edges if edge.input is None] == ["golden row 1", "golden row 2"]


def test_the_default_pipeline_bears_every_edge() -> None:
    checked(pipeline_maker(a_charter()))


@pytest.mark.parametrize("encoder", [OneHotEncoder(sparse_output=False), OrdinalEncoder()])
def test_an_encoder_that_bears_no_new_text_is_refused_with_column_value_and_remedy(encoder: Any) -> None:
    def make(columns: Sequence[Any], params: Any) -> Any:
        hot = ColumnTransformer([("hot", encoder, ["shop"])], remainder="passthrough")
        return make_pipeline(hot, HistGradientBoostingClassifier(**params))

    with pytest.raises(
        Invalid, match=r"of shop='a text that training has not seen': ValueError: Found unknown"
    ) as said:
        checked(make)
    assert said.value.field == "inputs.shop"
    assert "handle_unknown" in said.value.remedy


def test_a_pipeline_that_bears_no_null_is_refused_for_a_nullable_input_and_for_a_view_without_a_value() -> None:
    class Filled(LogisticRegression):
        """Bears nulls while it learns only."""

        def fit(self, table: Any, label: Any) -> Any:
            return super().fit(np.nan_to_num(table), label)

    def make(columns: Sequence[Any], params: Any) -> Any:
        return make_pipeline(ColumnTransformer([("n", "passthrough", ["amount", "queue.length"])]), Filled())

    with pytest.raises(Invalid, match=r"golden row 1: The model .* row of queue\.length=null: ValueError") as said:
        checked(make)
    assert "features.defaults" in said.value.remedy
    assert "SimpleImputer" in said.value.remedy


def test_a_function_that_fails_at_an_edge_is_refused_before_anything_is_fitted() -> None:
    _, checks = with_function(lambda amount: 1 / amount if amount is not None else None, "amount")
    with pytest.raises(Invalid, match=r"amount=0: The feature share of amount=0\.0 fails: ZeroDivisionError") as said:
        checks.check_features()
    assert said.value.remedy.startswith("Let features:share answer it, with None where there is no answer, or say")
    assert "amount=null" not in said.value.message


def test_a_function_that_answers_every_edge_passes() -> None:
    _, checks = with_function(lambda shop, amount: f"{shop}/{amount or 0:.0f}", "shop", "amount")
    checks.check_features()
