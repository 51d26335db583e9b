from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from serin.data.contract.moments import TIMESTAMP
from tests.real_flights import FOLDER, features, january

AIRPORTS = pl.DataFrame(
    {"faa": ["IAH", "LAX", "XXX"], "tzone": ["America/Chicago", "America/Los_Angeles", "Mars/Base"]}
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # the parts of a date


def flight(**parts: Any) -> pl.DataFrame:
    """UA 1545 of 1 January: 05:15 to 08:19 in Houston by schedule; left 05:17, flew 227 minutes, landed 08:30."""
    given = {
        "time_hour": utc(2013, 1, 1, 10),
        "minute": 15,
        "sched_arr_time": 819,
        "dep_delay": 2,
        "arr_delay": 11,
        "air_time": 227,
        "dest": "IAH",
    }
    whole = dict.fromkeys(("minute", "sched_arr_time", "dep_delay", "arr_delay", "air_time"), pl.Int64)
    return pl.DataFrame([{**given, **parts}], schema_overrides={**whole, "time_hour": TIMESTAMP})


def times(**parts: Any) -> dict[str, Any]:
    made = features().flight_times(flight(**parts), AIRPORTS)
    return {name: made[name][0] for name in ("sched_dep_utc", "departed_utc", "landed_utc", "late")}


def test_the_times_of_a_flight_are_in_utc() -> None:
    assert times() == {
        "sched_dep_utc": utc(2013, 1, 1, 10, 15),
        "departed_utc": utc(2013, 1, 1, 10, 17),
        "landed_utc": utc(2013, 1, 1, 14, 30),
        "late": False,
    }


@pytest.mark.parametrize(("minutes", "late"), [(14, False), (15, True), (-30, False), (None, None)])
def test_fifteen_minutes_are_late(minutes: int | None, late: bool | None) -> None:
    assert times(arr_delay=minutes)["late"] is late


def test_a_cancelled_flight_never_departed_nor_landed() -> None:
    found = times(dep_delay=None, arr_delay=None, air_time=None)
    assert found["sched_dep_utc"] == utc(2013, 1, 1, 10, 15)
    assert found["departed_utc"] is found["landed_utc"] is found["late"] is None


def test_an_arrival_after_midnight_is_on_the_next_day() -> None:
    """Scheduled 21:00 in New York to 00:24 in Los Angeles."""
    found = times(time_hour=utc(2013, 1, 2, 2), minute=0, sched_arr_time=24, dest="LAX", dep_delay=0, air_time=330)
    assert found["landed_utc"] == utc(2013, 1, 2, 8, 35)


def test_a_schedule_of_2400_is_midnight() -> None:
    found = times(time_hour=utc(2013, 1, 2, 2), minute=0, sched_arr_time=2400, arr_delay=0, dest="LAX", air_time=300)
    assert found["landed_utc"] == utc(2013, 1, 2, 8)


def test_summer_time_is_summer_time() -> None:
    found = times(time_hour=utc(2013, 7, 1, 9), arr_delay=0)
    assert found["landed_utc"] == utc(2013, 7, 1, 13, 19)


@pytest.mark.parametrize("dest", ["SJU", "XXX"])
def test_where_the_zone_is_unknown_the_time_in_the_air_tells(dest: str) -> None:
    assert times(dest=dest)["landed_utc"] == utc(2013, 1, 1, 14, 32)


def test_nobody_lands_before_the_time_in_the_air_is_over() -> None:
    assert times(arr_delay=-200)["landed_utc"] == utc(2013, 1, 1, 14, 32)


def test_a_time_the_clocks_skip_is_no_schedule() -> None:
    """On 10 March 2013 there was no 02:30 in Los Angeles."""
    found = times(
        time_hour=utc(2013, 3, 10, 4), minute=0, sched_arr_time=230, dest="LAX", dep_delay=0, arr_delay=0, air_time=330
    )
    assert found["landed_utc"] == utc(2013, 3, 10, 9, 58)


def test_every_flight_of_january_stays_in_its_place_and_lands_after_it_left() -> None:
    tables = january()
    made = features().flight_times(tables["flights"], tables["airports"])
    assert made.select(tables["flights"].columns).equals(tables["flights"])
    assert made["landed_utc"].count() == tables["flights"]["arr_delay"].count()
    arrived = made.drop_nulls("landed_utc")
    on_the_ground = (arrived["landed_utc"] - arrived["departed_utc"]).dt.total_minutes() - arrived["air_time"]
    assert on_the_ground.min() >= 0
    assert on_the_ground.max() < 240


def test_without_airports_the_times_are_estimates() -> None:
    tables = january()
    made = features().flight_times(tables["flights"], tables["airports"].clear())
    assert made["landed_utc"].count() == tables["flights"]["arr_delay"].count()


def test_hour_and_weekday_are_those_of_new_york() -> None:
    new_year = utc(2013, 1, 2, 4, 59)
    assert (features().hour(new_year), features().weekday(new_year)) == (23, 1)
    summer = utc(2013, 7, 1, 4)
    assert (features().hour(summer), features().weekday(summer)) == (0, 0)


def test_the_hour_agrees_with_the_schedule_in_the_file() -> None:
    flights = january()["flights"].sample(500, seed=1)
    assert [features().hour(moment) for moment in flights["time_hour"]] == flights["hour"].to_list()


def test_a_planes_age_counts_from_the_year_it_was_built() -> None:
    assert features().plane_age(utc(2013, 5, 1), 1999) == 14
    assert features().plane_age(utc(2013, 1, 1, 3), 2012) == 0
    assert features().plane_age(utc(2013, 5, 1), None) is None


def test_what_is_unknown_stays_unknown() -> None:
    assert features().hour(None) is features().weekday(None) is features().plane_age(None, 1999) is None


def test_predict_can_load_the_functions_without_polars() -> None:
    program = "import sys; sys.modules['polars'] = None; import features; print(features.hour(None))"
    folder = str(FOLDER / "flight-delay")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True, env={"PYTHONPATH": "."}
    )
    assert done.stdout.strip() == "None"
