from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.joins import derive, training_rows
from serin.domain.charter import Charter, DatasetUse, Derivation, View
from serin.domain.contracts import Column, Contract, Rule
from serin.domain.errors import Invalid
from serin.domain.features import feature_columns
from tests.builders import a_charter, a_contract
from tests.real_flights import flight_delay, function, january

ORDERS = replace(
    a_contract(),
    columns=(*(c for c in a_contract().columns if c.name != "late"), Column("late", "boolean", known="afterwards")),
)
SHOPS = Contract(
    "shops",
    "1.0.0",
    (Column("shop", "string"), Column("seen_at", "timestamp"), Column("length", "integer")),
    (Rule("shops.length.range", "range", ("length",), "accuracy", minimum=0),),
    ("shop", "seen_at"),
)
CONTRACTS = {"orders": ORDERS, "shops": SHOPS}


def at(hour: float) -> datetime:
    return datetime(2013, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def orders(*rows: tuple[int, float, str, float | None, bool | None]) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "order_id": pl.Int64,
        "at": TIMESTAMP,
        "shop": pl.String,
        "amount": pl.Float64,
        "late": pl.Boolean,
    }
    return pl.DataFrame([(n, at(hour), *rest) for n, hour, *rest in rows], schema=schema, orient="row")


def shops(*rows: tuple[str, float, int]) -> pl.DataFrame:
    schema: dict[str, Any] = {"shop": pl.String, "seen_at": TIMESTAMP, "length": pl.Int64}
    return pl.DataFrame([(shop, at(hour), length) for shop, hour, length in rows], schema=schema, orient="row")


def charter(**features: Any) -> Charter:
    made = a_charter()
    return replace(made, features=replace(made.features, **features))


def rows(
    given: Charter,
    orders: pl.DataFrame,
    shops: pl.DataFrame,
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> pl.DataFrame:
    return training_rows(given, CONTRACTS, {"orders": orders, "shops": shops}, (functions or {}).__getitem__)


def test_each_labelled_row_has_what_was_known_an_hour_before() -> None:
    found = rows(
        charter(),
        orders((2, 4, "b", None, True), (1, 3, "a", 5.0, False)),
        shops(("a", 1, 10), ("a", 2, 20), ("a", 2.5, 99), ("b", 3.5, 98)),
    )
    own = ["__moment", "__label", "__judges", "__group", "__entity", "__key_order_id"]
    assert found.columns == [*own, "amount", "shop", "queue.length"]
    assert found.rows() == [(at(2), False, True, 0, 0, 1, 5.0, "a", 20), (at(3), True, True, 1, 1, 2, None, "b", None)]


def test_a_row_without_a_label_is_not_learnt_from() -> None:
    found = rows(charter(), orders((1, 3, "a", 5.0, None), (2, 3, "a", 5.0, True)), shops())
    assert found["__key_order_id"].to_list() == [2]


def test_a_later_upload_of_a_row_replaces_the_earlier_one() -> None:
    found = rows(
        charter(),
        orders((1, 3, "a", 5.0, False), (2, 3, "b", 1.0, False), (1, 3, "a", 7.0, True)),
        shops(("a", 1, 10), ("a", 1, 11)),
    )
    assert found.select("__key_order_id", "__label", "amount", "queue.length").rows() == [
        (1, True, 7.0, 11),
        (2, False, 1.0, None),
    ]


def test_the_window_keeps_the_newest_rows() -> None:
    given = a_charter()
    given = replace(given, training=replace(given.training, window=timedelta(hours=2)))
    found = rows(given, orders(*((n, n, "a", 1.0, True) for n in range(5))), shops())
    assert found["__key_order_id"].to_list() == [3, 4]


def test_a_row_of_the_future_is_not_the_newest_unless_the_models_code_derives_its_moment() -> None:
    given = a_charter()
    given = replace(given, training=replace(given.training, window=timedelta(hours=2)))
    tables = {"orders": orders(*((n, n, "a", 1.0, True) for n in (0, 1, 2, 900_000))), "shops": shops()}
    found = training_rows(given, CONTRACTS, tables, {}.__getitem__, until=at(2))
    assert found["__key_order_id"].to_list() == [1, 2]
    before = replace(CONTRACTS["orders"], columns=tuple(one for one in CONTRACTS["orders"].columns if one.name != "at"))
    derived = training_rows(given, {**CONTRACTS, "orders": before}, tables, {}.__getitem__, until=at(2))
    assert derived["__key_order_id"].to_list() == [900_000]


def test_a_default_takes_the_place_of_what_is_missing() -> None:
    given = charter(defaults={"queue.length": 0}, on_demand={"twice": "f:twice"}, model_uses=("queue", "twice"))
    found = rows(given, orders((1, 3, "a", 1.0, True)), shops(), {"f:twice": lambda queue_length: 2 * queue_length + 1})
    assert found.select("queue.length", "twice").rows() == [(0, 1)]


def test_a_function_is_called_once_for_each_distinct_set_of_arguments() -> None:
    calls: list[object] = []

    def ratio(amount: float | None, queue_length: int | None, shop: str) -> float | None:
        calls.append((amount, queue_length, shop))
        return None if amount is None or queue_length is None else amount / queue_length

    given = charter(on_demand={"ratio": "f:ratio"}, model_uses=("ratio",))
    found = rows(
        given,
        orders((1, 3, "a", 5.0, True), (2, 3, "a", 5.0, True), (3, 3, "a", None, True), (4, 3, "b", 5.0, True)),
        shops(("a", 1, 10)),
        {"f:ratio": ratio},
    )
    assert found["ratio"].to_list() == [0.5, 0.5, None, None]
    assert sorted(calls, key=str) == [(5.0, 10, "a"), (5.0, None, "b"), (None, 10, "a")]


def test_a_function_that_asks_for_something_unknown_is_refused_by_name() -> None:
    given = charter(on_demand={"x": "f:x"}, model_uses=("x",))
    with pytest.raises(Invalid, match="f:x asks for 'late', which is no input and no view's value"):
        rows(given, orders((1, 3, "a", 5.0, True)), shops(), {"f:x": lambda late: late})


def test_a_function_of_several_types_is_refused() -> None:
    given = charter(on_demand={"x": "f:x"}, model_uses=("x",))
    made = orders((1, 3, "a", 5.0, True), (2, 3, "b", 5.0, True))
    with pytest.raises(Invalid, match="on-demand feature x is sometimes int, str"):
        rows(given, made, shops(), {"f:x": lambda shop: 1 if shop == "a" else "b"})


def test_whole_numbers_and_fractions_of_a_function_become_numbers() -> None:
    given = charter(on_demand={"x": "f:x"}, model_uses=("x",))
    made = orders((1, 3, "a", 5.0, True), (2, 3, "b", 5.0, True))
    assert rows(given, made, shops(), {"f:x": lambda shop: 1 if shop == "a" else 0.5})["x"].to_list() == [1.0, 0.5]


def test_a_derivation_that_loses_rows_is_refused() -> None:
    derived = DatasetUse("orders", "c.yaml", Derivation("f:derive", ("shops",)))
    given = replace(a_charter(), datasets=(derived, a_charter().datasets[1]))
    with pytest.raises(Invalid, match="f:derive made 0 rows of 1 of orders"):
        rows(given, orders((1, 3, "a", 5.0, True)), shops(), {"f:derive": lambda table, _: table.clear()})


def with_a_view(derived: DatasetUse) -> Charter:
    """Of the dataset that is derived."""
    given = a_charter()
    views = (View("spent", "shop", "orders", ("amount",), static=True), *given.features.views)
    return replace(given, datasets=(derived, given.datasets[1]), features=replace(given.features, views=views))


def test_a_derivation_that_no_view_is_built_on_may_look_at_other_rows() -> None:
    derived = DatasetUse("orders", "c.yaml", Derivation("f:derive", ("shops",)))
    given = replace(a_charter(), datasets=(derived, a_charter().datasets[1]))
    made = orders(*((number, 3, "a", float(number), True) for number in range(4)))
    found = derive(given, "orders", {"orders": made, "shops": shops()}, {"f:derive": DEPENDENT["place"]}.__getitem__)
    assert found["seen"].to_list() == [0, 1, 2, 3]


DEPENDENT = {
    "mean": lambda table, _: table.with_columns(pl.col("amount").mean().alias("seen")),
    "row before": lambda table, _: table.with_columns(pl.col("amount").shift(1).alias("seen")),
    "place": lambda table, _: table.with_row_index("seen"),
    "order": lambda table, _: table.with_columns(pl.col("order_id").sort(descending=True)),
    "share": lambda table, _: table.with_columns(pl.col("order_id").is_duplicated().alias("seen")),
}


@pytest.mark.parametrize("name", DEPENDENT)
@pytest.mark.parametrize("height", [2, 7, 1000])
def test_a_derivation_that_looks_at_other_rows_is_refused(name: str, height: int) -> None:
    derived = DatasetUse("orders", "c.yaml", Derivation("f:derive", ("shops",)))
    given = with_a_view(derived)
    made = orders(*((1 if name == "share" else number, 3, "a", float(number), True) for number in range(height)))
    with pytest.raises(Invalid, match="f:derive gives rows of orders another") as no:
        derive(given, "orders", {"orders": made, "shops": shops()}, {"f:derive": DEPENDENT[name]}.__getitem__)
    assert no.value.field == "datasets.orders.derive"


BY_ROW = {
    "a share": lambda table, _: table.with_columns(seen=pl.col("amount") / 10),
    "a whole number's share": lambda table, _: table.with_columns(seen=pl.col("order_id") / 5),
    "a sum of shares": lambda table, _: table.with_columns(seen=pl.col("amount") / 10 + pl.col("order_id") / 49),
}


@pytest.mark.parametrize("name", BY_ROW)
def test_a_row_is_derived_to_the_bit_alike_alone_and_among_others(name: str) -> None:
    derived = DatasetUse("orders", "c.yaml", Derivation("f:derive", ("shops",)))
    given, function = with_a_view(derived), {"f:derive": BY_ROW[name]}.__getitem__
    made = orders(*((number, 3, "a", float(number) if number % 9 else None, True) for number in range(50)))
    tables = {"orders": made, "shops": shops()}
    ways = [[made], [made.slice(place, 1) for place in range(50)], [pl.concat([made[:1], made[1:49], made[49:]])]]
    derived_in = [[derive(given, "orders", {**tables, "orders": part}, function) for part in parts] for parts in ways]
    whole, alone, in_chunks = (pl.concat(parts)["seen"].to_list() for parts in derived_in)
    assert whole == alone == in_chunks


def test_a_value_that_is_not_there_without_the_other_rows_is_no_near_one() -> None:
    def first(table: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
        return table.with_columns(seen=pl.when(table.height > 1).then(pl.col("amount")))

    given = with_a_view(DatasetUse("orders", "c.yaml", Derivation("f:derive", ("shops",))))
    tables = {"orders": orders(*((number, 3, "a", 1.0, True) for number in range(4))), "shops": shops()}
    with pytest.raises(Invalid, match="another 'seen' when other rows are not there"):
        derive(given, "orders", tables, {"f:derive": first}.__getitem__)


def test_a_derivation_whose_type_follows_from_the_rows_is_refused() -> None:
    def typed(table: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
        return table.with_columns(pl.Series("seen", [1 if row == 0 else None for row in table["order_id"]]))

    derived = DatasetUse("orders", "c.yaml", Derivation("f:derive", ("shops",)))
    given = with_a_view(derived)
    made = orders(*((number, 3, "a", 1.0, True) for number in range(4)))
    with pytest.raises(Invalid, match="makes 'seen' Int64 of all rows of orders, and Null of some of them"):
        derive(given, "orders", {"orders": made, "shops": shops()}, {"f:derive": typed}.__getitem__)


def test_an_input_of_another_type_than_its_column_is_refused() -> None:
    given = a_charter()
    inputs = tuple(replace(item, type="string") if item.name == "order_id" else item for item in given.inputs)
    with pytest.raises(Invalid, match="input order_id is string, and Int64 in orders"):
        rows(replace(given, inputs=inputs), orders((1, 3, "a", 5.0, True)), shops())


def test_a_label_nobody_derives_is_refused_by_name() -> None:
    given = a_charter()
    given = replace(given, truth=replace(given.truth, label="lost"))
    with pytest.raises(Invalid, match="orders has no column 'lost'"):
        rows(given, orders((1, 3, "a", 5.0, True)), shops())


def test_no_row_is_made_of_no_rows() -> None:
    assert rows(charter(), orders((1, 3, "a", 5.0, None)), shops()).height == 0


@pytest.mark.slow
def test_january_has_a_row_for_every_flight_that_arrived() -> None:
    model, tables = flight_delay(), january()
    found = training_rows(model.charter, model.contracts, tables, function)
    assert found.height == tables["flights"]["arr_delay"].count()
    assert found.select(pl.col("^__key_.*$")).is_unique().all()
    assert found["__moment"].is_sorted()
    expected = [column.name for column in feature_columns(model.charter)]
    assert found.columns[-len(expected) :] == expected
    late = (tables["flights"]["arr_delay"] >= 15).sum()
    assert found["__label"].sum() == late
    assert training_rows(model.charter, model.contracts, tables, function).equals(found)
