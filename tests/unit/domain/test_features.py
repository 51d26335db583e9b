from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from serin.domain.charter import Features, View
from serin.domain.features import (
    EntityKey,
    FeatureColumn,
    OnlineValues,
    feature_columns,
    is_stale,
    views_at_most,
    views_needed,
)
from tests.builders import NOON, a_charter

VIEW = a_charter().features.view("queue")
KEY = EntityKey("queue", ("north",))


def stale(age: timedelta, view: View = VIEW) -> bool:
    return is_stale(view, OnlineValues(KEY, {"length": 1}, NOON - age), NOON)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), False),
        (timedelta(hours=3), False),
        (timedelta(hours=3, microseconds=1), True),
    ],
)
def test_values_are_stale_once_they_are_older_than_the_view_allows(age: timedelta, expected: bool) -> None:
    assert stale(age) is expected


def test_static_values_and_those_of_a_view_without_a_limit_are_never_stale() -> None:
    ages = (timedelta(days=9999), timedelta(days=-1))
    assert not any(stale(age, replace(VIEW, static=True)) for age in ages)
    assert not stale(timedelta(days=9999), replace(VIEW, ttl=None))
    assert not is_stale(VIEW, OnlineValues(KEY, {"length": 1}, None), NOON)


def features(**parts: object) -> Features:
    return replace(a_charter().features, **parts)  # type: ignore[arg-type]


def test_the_models_columns_come_in_the_charters_order_with_where_each_comes_from() -> None:
    charter = replace(
        a_charter(), features=features(on_demand={"hour": "features:hour"}, model_uses=("queue", "hour", "amount"))
    )
    assert feature_columns(charter) == (
        FeatureColumn("queue.length", "view", view="queue", of="length"),
        FeatureColumn("hour", "on_demand"),
        FeatureColumn("amount", "input", "number"),
    )


def test_one_column_of_a_view_can_be_used_alone() -> None:
    view = replace(VIEW, last=("length", "staff"))
    charter = replace(a_charter(), features=features(views=(view,), model_uses=("queue.staff",)))
    assert [column.name for column in feature_columns(charter)] == ["queue.staff"]


def test_a_view_is_needed_by_a_column_or_by_a_function_that_asks_for_it() -> None:
    charter = replace(a_charter(), features=features(model_uses=("amount",)))
    assert views_needed(charter, {}) == ()
    assert views_needed(charter, {"busy": ("shop", "queue_length")}) == (VIEW,)
    assert views_needed(a_charter(), {}) == (VIEW,)


def test_without_code_that_may_ask_for_views_a_charter_alone_says_which_a_training_needs() -> None:
    unused = replace(a_charter().features, model_uses=("amount",))
    charter = replace(a_charter(), features=replace(unused, on_demand={}))
    assert views_at_most(charter) == ()
    assert views_at_most(replace(charter, features=replace(unused, on_demand={"busy": "features:busy"}))) == (VIEW,)


def test_a_view_nobody_named_is_not_found() -> None:
    with pytest.raises(KeyError):
        a_charter().features.view("weather")


def test_equal_values_find_the_same_entity_however_they_are_written() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert EntityKey("v", (1, NOON)).id == EntityKey("v", (1.0, east)).id
    assert EntityKey("v", (datetime(2013, 4, 1, 12, tzinfo=UTC),)).id == EntityKey("v", (NOON,)).id


def test_other_values_and_other_views_find_other_entities() -> None:
    keys = [("v", (1,)), ("w", (1,)), ("v", ("1",)), ("v", (1, 1)), ("v", (True,)), ("v", (None,)), ("v", ("None",))]
    keys += [("v", ("a#b",)), ("v", ("a", "b")), ("v", (1.5,))]
    assert len({EntityKey(view, values).id for view, values in keys}) == len(keys)  # type: ignore[arg-type]


def test_a_value_never_becomes_part_of_a_key() -> None:
    assert "secret" not in EntityKey("v", ("secret",)).id
