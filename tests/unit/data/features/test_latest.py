from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.latest import latest_values
from serin.domain.charter import View
from serin.domain.features import EntityKey, OnlineValues
from tests.builders import NOON
from tests.real_flights import flight_delay, january

WEATHER = View("weather_now", "origin", "weather", ("temp", "gusts"), "time_hour", "time_hour", timedelta(hours=3))
PLANE = View("plane", "plane", "planes", ("year", "seats"), static=True)


def latest(rows: pl.DataFrame, view: View, key: Sequence[str]) -> list[OnlineValues]:
    return latest_values(view, view.name, rows, key, (), rows.select(key).drop_nulls().unique(), 7, NOON)


def at(hour: int) -> datetime:
    return datetime(2013, 1, 1, hour, tzinfo=UTC)


def weather(*rows: tuple[str | None, datetime | None, float | None, int | None]) -> pl.DataFrame:
    schema = {"origin": pl.String(), "time_hour": TIMESTAMP, "temp": pl.Float64(), "gusts": pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_newest_event_of_each_entity_is_kept() -> None:
    rows = weather(("EWR", at(2), 40.5, None), ("JFK", at(1), 41.0, 3), ("EWR", at(1), 39.0, 5))
    assert latest(rows, WEATHER, ("origin",)) == [
        OnlineValues(EntityKey("weather_now", ("EWR",)), {"temp": 40.5, "gusts": None}, at(2), 7),
        OnlineValues(EntityKey("weather_now", ("JFK",)), {"temp": 41.0, "gusts": 3}, at(1), 7),
    ]


def test_of_equal_events_the_last_row_is_kept() -> None:
    rows = weather(("EWR", at(1), 1.0, None), ("EWR", at(1), 2.0, None))
    assert latest(rows, WEATHER, ("origin",))[0].values["temp"] == 2.0


def test_rows_without_a_key_or_a_time_say_nothing() -> None:
    assert latest(weather((None, at(1), 1.0, 1), ("EWR", None, 1.0, 1)), WEATHER, ("origin",)) == [
        OnlineValues(EntityKey("weather_now", ("EWR",)), {}, None, 7)
    ]


def test_a_static_view_keeps_the_last_row_and_no_time() -> None:
    rows = pl.DataFrame({"tailnum": ["N1", "N1", None], "year": [1999, 2001, 1], "seats": [1, None, 2]})
    assert latest(rows, PLANE, ("tailnum",)) == [
        OnlineValues(EntityKey("plane", ("N1",)), {"year": 2001, "seats": None}, None, 7)
    ]


def test_a_key_is_the_one_a_request_makes() -> None:
    rows = pl.DataFrame({"hour": pl.Series([at(1)], dtype=TIMESTAMP), "flight": [15], "year": [1], "seats": [2]})
    found = latest(rows, PLANE, ("hour", "flight"))[0].key
    assert found.id == EntityKey("plane", (at(1), 15)).id
    assert found == EntityKey("plane", (at(1), 15))
    assert [type(value) for value in found.values] == [datetime, int]


def test_a_column_may_be_both_key_and_value() -> None:
    view = View("named", "plane", "planes", ("tailnum",), static=True)
    rows = pl.DataFrame({"tailnum": ["N1"]})
    assert latest(rows, view, ("tailnum",))[0].values == {"tailnum": "N1"}


@pytest.mark.slow
def test_january_has_the_last_hour_of_three_airports() -> None:
    charter, rows = flight_delay().charter, january()["weather"]
    found = latest(rows, charter.features.view("weather_now"), charter.features.entities["origin"])
    assert sorted(values.key.values for values in found) == [("EWR",), ("JFK",), ("LGA",)]
    last = rows.group_by("origin").agg(pl.col("time_hour").max())
    assert {v.key.values[0]: v.event_time for v in found} == dict(last.iter_rows())
