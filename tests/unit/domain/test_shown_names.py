"""What a contract keeps back of a column is kept back of all that is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.charter import Charter, DatasetUse, Derivation, View, Window
from serin.domain.shown_names import hidden_names, hidden_values, is_hidden, shown_values
from tests.builders import a_charter

ORDERS = DatasetUse("orders", "orders.yaml", types={"order_id": "integer", "shop": "string", "amount": "number"})
SHOPS = DatasetUse("shops", "shops.yaml", types={"shop": "string", "length": "integer"})


def charter(orders: DatasetUse = ORDERS, shops: DatasetUse = SHOPS) -> Charter:
    plain = a_charter(datasets=(orders, shops))
    takings = Window("takings_1d", "length", "sum", timedelta(days=1))
    views = (*plain.features.views, View("day", "shop", "shops", event_time="seen_at", windows=(takings,)))
    return replace(plain, features=replace(plain.features, views=views, on_demand={"hour": "features:hour"}))


def test_where_nothing_is_kept_back_everything_is_shown() -> None:
    assert hidden_names(charter()) == frozenset()


@pytest.mark.parametrize(
    ("orders", "shops", "hidden"),
    [
        (("amount",), None, {"amount", "hour"}),
        # A column by which two datasets are joined is one thing, whichever contract speaks of it.
        (None, ("shop",), {"shop", "hour"}),
        (None, ("length",), {"queue.length", "day.takings_1d", "hour"}),
        (("late",), None, set()),
    ],
)
def test_inputs_values_of_views_and_what_functions_make_of_them_are_hidden(
    orders: tuple[str, ...] | None, shops: tuple[str, ...] | None, hidden: set[str]
) -> None:
    of = charter(replace(ORDERS, not_shown=orders), replace(SHOPS, not_shown=shops))
    assert hidden_names(of) == hidden


def test_what_is_derived_is_hidden_where_the_code_may_look_at_something_that_is() -> None:
    derived = replace(ORDERS, derive=Derivation("features:late", ("shops",)))
    assert not is_hidden(charter(derived), "orders", "late")
    assert is_hidden(charter(replace(derived, not_shown=("amount",))), "orders", "late")
    assert is_hidden(charter(derived, replace(SHOPS, not_shown=("length",))), "orders", "late")
    assert not is_hidden(charter(replace(derived, not_shown=("amount",))), "orders", "shop")
    assert is_hidden(charter(replace(derived, not_shown=("amount",))), "orders", "at"), "an input that is derived"


def test_of_a_view_the_values_are_named_that_are_hidden() -> None:
    of = charter(shops=replace(SHOPS, not_shown=("length",)))
    assert [hidden_values(of, view) for view in of.features.views] == [{"length"}, {"takings_1d"}]


def test_that_there_is_no_value_is_shown() -> None:
    assert shown_values({"a": 1, "b": None, "c": 0}, {"a", "b"}) == {"a": "not shown", "b": None, "c": 0}
