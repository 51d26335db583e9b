from __future__ import annotations

import io
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from serin.data.features.columns import to_npz
from serin.domain.errors import Corrupt, Invalid
from serin.learning.columns import classes_of, read_columns, read_labelled
from tests.builders import a_charter
from tests.unit.learning.orders import START, npz, order_columns

ROWS: list[tuple[str, str, list[Any]]] = [
    ("__moment", "timestamp", [START, START + timedelta(hours=1), START + timedelta(days=1)]),
    ("__label", "boolean", [False, True, False]),
    ("__key_order_id", "integer", [1, 2, 3]),
    ("amount", "number", [1.5, None, 3.0]),
    ("open", "boolean", [True, None, False]),
    ("at", "timestamp", [START, None, START]),
    ("shop", "string", ["north", None, "east"]),
]


def test_numbers_booleans_and_moments_become_floats_texts_stay_texts_and_null_is_nan() -> None:
    read = read_columns(npz(ROWS))
    assert list(read.table.columns) == ["amount", "open", "at", "shop"]
    assert [str(dtype) for dtype in read.table.dtypes] == ["float64", "float64", "float64", "object"]
    assert read.table["shop"].tolist()[::2] == ["north", "east"]
    assert read.table["shop"].isna().tolist() == [False, True, False]
    assert read.table["open"].tolist()[::2] == [1.0, 0.0]
    assert np.isnan(read.table["amount"][1])
    assert read.table["at"][0] == START.timestamp()


def test_columns_carry_their_kind_and_the_categories_seen() -> None:
    columns = {column.name: column for column in read_columns(npz(ROWS)).columns}
    assert columns["amount"].kind == "numeric"
    assert columns["shop"].kind == "categorical"
    assert columns["shop"].categories == ("east", "north")


def test_keys_and_label_are_no_features() -> None:
    read = read_columns(npz(ROWS))
    assert not [name for name in read.table.columns if name.startswith("__")]
    assert read.label.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("kind", "values", "texts"),
    [
        ("integer", [1_234_567, 1_234_568, 2**60], ["1234567", "1234568", str(2**60)]),
        ("integer", [10_000_001, None, -3], ["10000001", "null", "-3"]),
        ("boolean", [True, None, False], ["1", "null", "0"]),
        ("string", ["north", None, ""], ["north", "null", ""]),
    ],
)
def test_each_value_is_a_slice_of_its_own_however_long_it_is(kind: str, values: list[Any], texts: list[str]) -> None:
    read = read_labelled(npz([*ROWS, ("__slice_region", kind, values)]))
    assert read.slices["region"].tolist() == texts


def test_labelled_rows_are_the_same_without_a_table() -> None:
    whole, rows = read_columns(npz(ROWS)), read_labelled(npz(ROWS))
    assert not hasattr(rows, "table")
    for name in ("label", "moment", "may_judge", "group", "entity"):
        assert getattr(rows, name).tolist() == getattr(whole, name).tolist()
    assert (rows.slices, rows.positive) == (whole.slices, whole.positive)


def test_a_text_label_is_read_as_text() -> None:
    rows = [*ROWS[:1], ("__label", "string", ["red", "blue", "red"]), *ROWS[2:]]
    assert read_columns(npz(rows)).label.tolist() == ["red", "blue", "red"]


def test_what_the_data_layer_writes_the_trainer_reads() -> None:
    rows = pl.DataFrame(
        {
            "__moment": [START, START + timedelta(hours=1)],
            "__label": [True, False],
            "__judges": [True, False],
            "__group": [0, 0],
            "__entity": [0, 1],
            "__key_order_id": [1, 2],
            "amount": [None, 12.25],
            "shop": ["north", None],
            "queue.length": [3, None],
        },
        schema_overrides={"__moment": pl.Datetime("us", "UTC")},
    )
    read = read_columns(to_npz(rows, a_charter()))
    assert list(read.table.columns) == ["amount", "shop", "queue.length"]
    assert read.table["amount"][1] == 12.25
    assert read.table["shop"][0] == "north"
    assert read.table["queue.length"][0] == 3.0
    assert read.newest() == START + timedelta(hours=1)
    assert read.may_judge.tolist() == [True, False]
    assert read.group.tolist() == [0, 0]


def test_the_holdout_begins_with_its_first_moment() -> None:
    read = read_columns(npz(ROWS))
    assert read.before(START + timedelta(hours=1)).tolist() == [True, False, False]
    assert read.after(START + timedelta(hours=1)).tolist() == [False, False, True]


def test_microseconds_of_a_moment_survive() -> None:
    moment = datetime(2013, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    read = read_columns(npz([("__moment", "timestamp", [moment]), *((n, k, v[:1]) for n, k, v in ROWS[1:])]))
    assert read.newest() == moment
    assert not read.after(moment).any()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", npz(ROWS)[:-40], b"\x93NUMPY"])
def test_other_bytes_are_corrupt(content: bytes) -> None:
    with pytest.raises(Corrupt):
        read_columns(content)


def test_a_npy_file_without_names_is_corrupt() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    with pytest.raises(Corrupt):
        read_columns(buffer.getvalue())


def test_an_object_in_the_file_is_refused_and_not_executed(tmp_path: Path) -> None:
    trace = tmp_path / "executed"

    class Bomb:
        def __reduce__(self) -> Any:
            return Path.touch, (trace,)

    content = npz(ROWS, amount=np.array([Bomb(), Bomb(), Bomb()], dtype=object))
    with pytest.raises(Corrupt):
        read_columns(content)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Bomb()))
    assert trace.exists(), "the bomb does not work, so the test showed nothing"


def test_a_format_of_the_future_is_refused() -> None:
    schema = np.frombuffer(b'{"format": 3, "rows": 0, "columns": []}', dtype=np.uint8)
    with pytest.raises(Corrupt, match="format 3"):
        read_columns(npz(ROWS, __schema=schema))


def test_the_positive_class_is_the_last() -> None:
    assert classes_of("binary", np.array([True, False, True])) == (False, True)
    assert classes_of("multiclass", np.array(["b", "c", "a"])) == ("a", "b", "c")
    assert classes_of("regression", np.array([1.0, 2.0])) == ()


@pytest.mark.parametrize(
    ("task", "label"),
    [("binary", [True, True]), ("binary", [0, 1, 2]), ("multiclass", ["a"]), ("regression", ["a", "b"])],
)
def test_a_label_that_does_not_fit_the_task_is_refused(task: Any, label: list[Any]) -> None:
    with pytest.raises(Invalid) as caught:
        classes_of(task, np.array(label))
    assert caught.value.field == "truth.label"


def test_orders_hold_both_classes_and_nulls_everywhere() -> None:
    columns = order_columns()
    assert 0.2 < columns.label.mean() < 0.8
    assert columns.table.isna().any().all()
