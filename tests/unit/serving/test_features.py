from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.charter import Charter, View
from serin.domain.errors import Invalid, ModelFailed
from serin.domain.features import EntityKey, OnlineValues
from serin.serving.features import FeaturePlan
from serin.serving.on_demand import OnDemand
from serin.serving.rows import Instance
from tests.builders import NOON, a_charter
from tests.definitions import item_key

INSTANCE: Instance = {"order_id": 7, "at": NOON, "shop": "north", "amount": 12.5}
NORTH = item_key("queue", "north")


def plan(charter: Charter | None = None, **functions: OnDemand) -> FeaturePlan:
    return FeaturePlan(charter or a_charter(), functions)


def charter_with(**parts: Any) -> Charter:
    charter = a_charter()
    return replace(charter, features=replace(charter.features, **parts))


def queue(length: int | None, hours_ago: float = 1.0, key: EntityKey = NORTH) -> dict[EntityKey, OnlineValues]:
    return {key: OnlineValues(key, {"length": length}, NOON - timedelta(hours=hours_ago))}


def test_a_row_holds_the_models_columns_in_the_charters_order() -> None:
    row = plan().row(INSTANCE, queue(4), NOON)
    assert list(row.values.items()) == [("amount", 12.5), ("shop", "north"), ("queue.length", 4)]
    assert (row.missing, row.stale) == ((), ())


def test_each_entity_is_looked_up_once() -> None:
    instances = [INSTANCE, {**INSTANCE, "order_id": 8}, {**INSTANCE, "shop": "south"}]
    assert plan().keys(instances, NOON) == [NORTH, item_key("queue", "south")]


def test_an_entity_nobody_knows_is_missing_and_its_values_null() -> None:
    row = plan().row(INSTANCE, {}, NOON)
    assert row.values["queue.length"] is None
    assert (row.missing, row.stale) == (("queue",), ())


def test_an_entity_that_no_row_knows_any_more_is_missing_as_one_that_none_ever_knew() -> None:
    """A correction took its rows back: the item is there, and holds nothing."""
    gone = {NORTH: OnlineValues(NORTH, {}, NOON)}
    row = plan().row(INSTANCE, gone, NOON)
    assert row.values["queue.length"] is None
    assert (row.missing, row.stale) == (("queue",), ())


def test_a_value_that_is_null_is_known_and_not_missing() -> None:
    row = plan().row(INSTANCE, queue(None), NOON)
    assert (row.values["queue.length"], row.missing, row.stale) == (None, (), ())


def test_a_value_older_than_the_view_allows_is_stale_and_not_used() -> None:
    assert plan().row(INSTANCE, queue(4, hours_ago=3.0), NOON).values["queue.length"] == 4
    row = plan().row(INSTANCE, queue(4, hours_ago=3.01), NOON)
    assert row.values["queue.length"] is None
    assert (row.missing, row.stale) == ((), ("queue",))


def test_a_value_from_the_future_is_not_used() -> None:
    assert plan().row(INSTANCE, queue(4, hours_ago=-0.1), NOON).missing == ("queue",)


def test_a_null_key_names_nobody() -> None:
    nobody = {**INSTANCE, "shop": None}
    assert plan().keys([nobody], NOON) == []
    assert plan().row(nobody, queue(4), NOON).missing == ("queue",)


@pytest.mark.parametrize("online", [{}, queue(None), queue(4, hours_ago=9.0)], ids=["missing", "null", "stale"])
def test_a_default_takes_the_place_of_a_value_that_is_not_there(online: dict[EntityKey, OnlineValues]) -> None:
    with_default = plan(charter_with(defaults={"queue.length": 2}))
    assert with_default.row(INSTANCE, online, NOON).values["queue.length"] == 2
    assert with_default.row(INSTANCE, queue(4), NOON).values["queue.length"] == 4


def test_a_function_gets_inputs_and_view_values_even_of_views_the_model_does_not_use() -> None:
    charter = charter_with(on_demand={"wait": "features:wait"}, model_uses=("wait",))
    wait = OnDemand("wait", lambda amount, queue_length: f"{amount}/{queue_length}", ("amount", "queue_length"))
    made = plan(charter, wait=wait)
    assert made.keys([INSTANCE], NOON) == [NORTH]
    assert made.row(INSTANCE, queue(4), NOON).values == {"wait": "12.5/4"}
    assert made.row(INSTANCE, {}, NOON).values == {"wait": "12.5/None"}


def test_a_view_nobody_uses_is_not_looked_up() -> None:
    assert plan(charter_with(model_uses=("amount",))).keys([INSTANCE], NOON) == []


def test_a_static_view_never_grows_old() -> None:
    static = View("queue", "shop", "shops", ("length",), static=True)
    charter = charter_with(views=(static,))
    north = item_key("queue", "north", charter=charter)
    row = plan(charter).row(INSTANCE, {north: OnlineValues(north, {"length": 3}, None)}, NOON)
    assert row.values["queue.length"] == 3


def test_a_function_that_asks_for_something_nobody_provides_is_refused_at_the_start() -> None:
    charter = charter_with(on_demand={"wait": "features:wait"}, model_uses=("wait",))
    with pytest.raises(Invalid, match="dep_delay") as caught:
        plan(charter, wait=OnDemand("wait", lambda dep_delay: dep_delay, ("dep_delay",)))
    assert caught.value.field == "features.on_demand.wait"


def test_a_function_that_fails_is_named_in_what_it_raises() -> None:
    charter = charter_with(on_demand={"ratio": "features:ratio"}, model_uses=("ratio",))
    ratio = OnDemand("ratio", lambda amount: 1 / (amount - 12.5), ("amount",))
    with pytest.raises(ModelFailed, match=r"The feature ratio of amount=12\.5 fails: ZeroDivisionError") as caught:
        plan(charter, ratio=ratio).row(INSTANCE, {}, NOON)
    assert (caught.value.field, caught.value.cause) == ("ratio", "the feature ratio: ZeroDivisionError")
    endless = OnDemand("ratio", lambda amount: math.inf, ("amount",))
    with pytest.raises(ModelFailed, match=r"The feature ratio of amount=12\.5 is an infinite number"):
        plan(charter, ratio=endless).row(INSTANCE, {}, NOON)
