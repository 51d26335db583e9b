from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from serin.data.features.columns import as_floats, to_npz
from serin.data.features.joins import training_rows
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, TooLarge
from serin.domain.features import feature_columns
from serin.serving.table import number_of
from tests.builders import a_charter
from tests.real_flights import flight_delay, function, january

MOMENT = datetime(2013, 1, 1, 8, 15, tzinfo=UTC)


def charter(*uses: str) -> Charter:
    made = a_charter()
    return replace(made, features=replace(made.features, model_uses=uses))


def rows(**columns: Any) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    moment = pl.Series([MOMENT] * count, dtype=pl.Datetime("us", "UTC"))
    return pl.DataFrame({"__moment": moment, "__label": [True] * count, **columns})


def read(content: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        return dict(found)


def test_the_schema_names_the_columns_in_order_with_their_kinds() -> None:
    frame = rows(shop=["a"], amount=[1.5], order_id=[1]).with_columns(pl.col("__moment").alias("at"))
    schema = json.loads(read(to_npz(frame, charter("amount", "shop", "at", "order_id")))["__schema"].tobytes())
    assert schema == {
        "format": 2,
        "rows": 1,
        "columns": [
            {"name": "__moment", "kind": "timestamp"},
            {"name": "__label", "kind": "boolean"},
            {"name": "amount", "kind": "number"},
            {"name": "shop", "kind": "string"},
            {"name": "at", "kind": "timestamp"},
            {"name": "order_id", "kind": "integer"},
        ],
        "positive": None,
        "others": [],
    }


def test_strings_are_codes_into_a_sorted_dictionary() -> None:
    found = read(to_npz(rows(shop=["b", None, "é", "b", ""]), charter("shop")))
    assert found["shop"].dtype == np.int32
    assert found["shop"].tolist() == [1, -1, 2, 1, 0]
    assert found["shop:dictionary"].tolist() == ["", "b", "é"]


def test_a_column_of_nulls_has_an_empty_dictionary() -> None:
    found = read(to_npz(rows(shop=pl.Series([None], dtype=pl.String)), charter("shop")))
    assert found["shop"].tolist() == [-1]
    assert found["shop:dictionary"].shape == (0,)
    assert found["shop:dictionary"].dtype.kind == "U"


def test_nulls_are_nan_and_whole_columns_keep_their_types() -> None:
    found = read(to_npz(rows(amount=[1.5, None], order_id=[2**53 + 1, 2]), charter("amount", "order_id")))
    assert found["order_id"].dtype == np.int64
    assert found["order_id"].tolist() == [2**53 + 1, 2]
    assert found["amount"][0] == 1.5
    assert np.isnan(found["amount"][1])
    assert found["__label"].dtype == np.bool_
    assert found["__moment"].tolist() == [MOMENT.timestamp()] * 2
    holed = read(to_npz(rows(amount=[True, None], order_id=[None, 2]), charter("amount", "order_id")))
    assert holed["order_id"].dtype == holed["amount"].dtype == np.float64
    assert np.isnan(holed["order_id"][0])
    assert holed["amount"][0] == 1.0


def test_a_moment_is_the_number_that_a_request_at_it_is_scored_with() -> None:
    moments = [MOMENT + timedelta(microseconds=number * 7_919_123_457) for number in range(1_000)]
    assert as_floats(pl.Series(moments)).tolist() == [number_of("at", moment) for moment in moments]


def test_only_the_models_columns_are_written() -> None:
    assert "order_id" not in read(to_npz(rows(amount=[1.5], order_id=[1]), charter("amount")))


def test_a_date_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="column amount is Date, which a model cannot use"):
        to_npz(rows(amount=[date(2013, 1, 1)]), charter("amount"))


def test_a_text_that_numpy_would_shorten_is_refused() -> None:
    with pytest.raises(Invalid, match="column shop has texts that end in NUL"):
        to_npz(rows(shop=["a\0"]), charter("shop"))


def test_one_very_long_text_does_not_become_a_very_large_file() -> None:
    frame = rows(shop=["x" * 100_000, *(str(number) for number in range(1000))])
    with pytest.raises(TooLarge, match="column shop has 1,001 different texts of up to 100,000 characters"):
        to_npz(frame, charter("shop"))


@pytest.mark.slow
def test_january_is_read_back_as_it_was_written_and_written_alike_twice() -> None:
    model = flight_delay()
    frame = training_rows(model.charter, model.contracts, january(), function)
    content = to_npz(frame, model.charter)
    assert content == to_npz(frame.clone(), model.charter)
    found = read(content)
    for column in feature_columns(model.charter):
        values = frame[column.name]
        if values.dtype == pl.String:
            dictionary = found[f"{column.name}:dictionary"]
            back = [None if code < 0 else str(dictionary[code]) for code in found[column.name]]
            assert back == values.to_list()
        else:
            np.testing.assert_array_equal(found[column.name], values.cast(pl.Float64).fill_null(np.nan).to_numpy())
    assert found["__moment"][0] == frame["__moment"][0].timestamp()
