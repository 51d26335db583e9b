from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import polars as pl
import pytest

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.views import with_view
from serin.domain.charter import View
from serin.domain.errors import Invalid
from tests.real_flights import flight_delay, function, january

QUEUE = View("queue", "shop", "shops", ("length",), "seen_at", "known_at", timedelta(hours=3))


def at(hour: float) -> datetime:
    return datetime(2013, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def questions(*asked: tuple[float, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {MOMENT: [at(hour) for hour, _ in asked], "shop": [shop for _, shop in asked]},
        schema={MOMENT: TIMESTAMP, "shop": pl.String},
    )


def seen(*facts: tuple[float | None, float | None, str | None, int]) -> pl.DataFrame:
    columns = ["seen_at", "known_at", "shop", "length"]
    rows = [(None if s is None else at(s), None if k is None else at(k), shop, length) for s, k, shop, length in facts]
    schema: dict[str, Any] = dict(zip(columns, [TIMESTAMP, TIMESTAMP, pl.String, pl.Int64], strict=True))
    return pl.DataFrame(rows, schema=schema, orient="row")


def known(asked: pl.DataFrame, facts: pl.DataFrame, view: View = QUEUE) -> list[int | None]:
    found = with_view(asked, view, facts, ("shop",))
    assert found.select(asked.columns).equals(asked)
    return found["queue.length"].to_list()


def test_the_newest_value_at_the_moment_is_the_one_that_counts() -> None:
    facts = seen((1, 1, "a", 10), (2, 2, "a", 20), (2, 2, "b", 99))
    assert known(questions((0.9, "a"), (1, "a"), (1.9, "a"), (2, "a"), (3, "b")), facts) == [None, 10, 10, 20, 99]


def test_a_value_counts_only_once_it_is_known() -> None:
    assert known(questions((2, "a"), (2.5, "a")), seen((1, 2.5, "a", 10))) == [None, 10]


def test_a_value_of_the_future_does_not_count_even_if_it_is_written_already() -> None:
    assert known(questions((2, "a"), (3, "a")), seen((3, 1, "a", 10))) == [None, 10]


def test_an_older_value_that_becomes_known_late_replaces_nothing() -> None:
    facts = seen((2, 2, "a", 20), (1, 2.5, "a", 10))
    assert known(questions((2, "a"), (3, "a")), facts) == [20, 20]


def test_a_value_older_than_the_ttl_is_null_and_the_row_stays() -> None:
    facts = seen((1, 1, "a", 10))
    assert known(questions((4, "a"), (4.01, "a")), facts) == [10, None]


def test_the_age_of_a_value_is_that_of_its_event_not_of_its_arrival() -> None:
    assert known(questions((4.5, "a")), seen((1, 4, "a", 10))) == [None]


def test_of_equal_events_the_last_row_wins() -> None:
    assert known(questions((2, "a")), seen((1, 1, "a", 10), (1, 1, "a", 11))) == [11]
    assert known(questions((2, "a"), (2.6, "a")), seen((1, 2.5, "a", 11), (1, 1, "a", 10))) == [10, 11]


def test_a_null_key_or_time_matches_nothing() -> None:
    facts = seen((1, 1, None, 10), (None, 1, "a", 11), (1, None, "a", 12))
    assert known(questions((2, None), (2, "a")), facts) == [None, None]


def test_questions_keep_their_order_and_their_doubles() -> None:
    facts = seen((1, 1, "a", 10), (2, 2, "a", 20))
    assert known(questions((3, "a"), (1, "a"), (3, "a")), facts) == [20, 10, 20]


def test_nothing_is_known_from_an_empty_source() -> None:
    assert known(questions((3, "a")), seen()) == [None]


def test_a_static_view_gives_the_last_row_of_each_key_and_null_to_strangers() -> None:
    view = View("queue", "shop", "shops", ("length",), static=True)
    facts = seen((1, 1, "a", 10), (0, 0, "a", 11), (1, 1, None, 12))
    assert known(questions((0, "a"), (9, "b"), (9, None)), facts, view) == [11, None, None]


def test_a_view_of_a_column_that_is_not_there_is_refused_by_name() -> None:
    view = View("queue", "shop", "shops", ("width",), "seen_at")
    with pytest.raises(Invalid, match="view queue needs column 'width', which shops does not have"):
        with_view(questions((1, "a")), view, seen(), ("shop",))


def test_a_key_of_two_types_is_refused() -> None:
    with pytest.raises(Invalid, match="'shop' is Int64 in shops and String in the truth's dataset"):
        with_view(questions((1, "a")), QUEUE, seen().with_columns(pl.lit(1, pl.Int64).alias("shop")), ("shop",))


def test_the_weather_of_january_is_what_pandas_finds() -> None:
    tables, charter = january(), flight_delay().charter
    view = charter.features.view("weather_now")
    flights = function("features:flight_times")(tables["flights"], tables["airports"])
    rows = flights.select((pl.col("sched_dep_utc") - timedelta(hours=2)).alias(MOMENT), "origin").sort(MOMENT)
    # Holes, so that the last hour is not always there and the ttl matters.
    weather = tables["weather"].sample(fraction=0.2, seed=1).sort("time_hour")
    ours = with_view(rows, view, weather, ("origin",))
    theirs = pd.merge_asof(
        pd.DataFrame(rows.to_dict(as_series=False)),
        pd.DataFrame(weather.select("time_hour", "origin", *view.last).to_dict(as_series=False)),
        left_on=MOMENT,
        right_on="time_hour",
        by="origin",
        tolerance=pd.Timedelta(hours=3),
    )
    assert 0.2 < ours["weather_now.temp"].null_count() / ours.height < 0.8
    for column in view.last:
        expected = pl.Series([None if pd.isna(value) else value for value in theirs[column]], dtype=pl.Float64)
        assert ours[f"weather_now.{column}"].equals(expected), column


def test_the_weather_of_one_flight_checked_by_hand() -> None:
    """UA 1545 left Newark at 05:15; at 03:15 the newest observation was that of 03:00, 39.02 degrees."""
    tables, charter = january(), flight_delay().charter
    asked = pl.DataFrame({MOMENT: [datetime(2013, 1, 1, 8, 15, tzinfo=UTC)], "origin": ["EWR"]})
    asked = asked.with_columns(pl.col(MOMENT).cast(TIMESTAMP))
    found = with_view(asked, charter.features.view("weather_now"), tables["weather"], ("origin",))
    assert found.row(0, named=True)["weather_now.temp"] == 39.02
    assert found.row(0, named=True)["weather_now.wind_speed"] == 11.5078
