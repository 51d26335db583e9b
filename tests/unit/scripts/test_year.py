"""The year's demo asks before the fact and uploads after it; what it counts adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.processor import Spent
from serin_cli.year.loop import FIRST_ASKED, SOON, after_look
from serin_cli.year.meter import Meter, functions_of
from serin_cli.year.poison import poisoned
from serin_cli.year.scores import months
from serin_cli.year.weeks import CALLED_OFF, Weeks

FLIGHTS = "carrier,flight,tailnum,origin,dest,distance,minute,dep_delay,air_time,arr_delay,time_hour\n"
WEATHER = "origin,temp,time_hour\n"
NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def weeks(tmp_path: Path) -> Weeks:
    flights = [
        "AA,1,N1,JFK,LAX,2475,30,10,300,9,2013-03-01T12:00:00Z",
        "AA,2,,JFK,LAX,2475,0,NA,NA,NA,2013-03-01T13:00:00Z",
    ]
    files = {
        "2013-03.csv": FLIGHTS + "\n".join(flights) + "\n",
        "weather-2013-03.csv": f"{WEATHER}JFK,40,{NOON:%FT%TZ}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return Weeks({name: tmp_path / name for name in files}, tmp_path)


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines()[1:]


def test_a_flight_is_asked_about_until_it_departs_and_uploaded_once_it_has_ended(weeks: Weeks) -> None:
    lands = NOON + timedelta(minutes=30 + 10 + 300 + 28)
    asked = weeks.departing(NOON, NOON + timedelta(hours=1))
    assert [(flight["flight"], flight["sched_dep_utc"]) for flight in asked] == [(1, "2013-03-01T12:30:00Z")]
    called_off = NOON + timedelta(hours=1) + CALLED_OFF
    spans = [(NOON, lands), (lands, lands + timedelta(seconds=1)), (called_off, called_off + timedelta(days=1))]
    found = [[line.split(",")[1] for line in lines(weeks.file("flights", *span))] for span in spans]
    assert found == [[], ["1"], ["2"]]
    assert lines(weeks.file("weather", NOON, lands)) == [f"JFK,40,{NOON:%FT%TZ}"]


def test_poisoned_rows_say_the_opposite_and_what_has_not_arrived_says_nothing(weeks: Weeks, tmp_path: Path) -> None:
    assert weeks
    rows = lines(poisoned(tmp_path / "2013-03.csv", tmp_path / "poisoned.csv"))
    assert [row.split(",")[9] for row in rows] == ["45", "NA"]


def test_months_are_whole_but_for_the_ends() -> None:
    spans = list(months(NOON, datetime(2013, 5, 2, tzinfo=UTC)))
    april, may = datetime(2013, 4, 1, tzinfo=UTC), datetime(2013, 5, 1, tzinfo=UTC)
    assert spans == [(NOON, april), (april, may), (may, datetime(2013, 5, 2, tzinfo=UTC))]


def test_what_is_done_inside_of_something_else_counts_there_only(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 10.0, 14.0, 15.0])
    monkeypatch.setattr("serin_cli.year.meter.cpu_seconds", lambda: next(times))
    meter = Meter()
    with meter.doing("uploads"), meter.doing("training"):
        pass
    assert meter.figures() == {"training": 4.0, "uploads": 11.0}


def test_the_function_that_took_most_is_told_first() -> None:
    spent = {"api": Spent(40, 1.04), "train": Spent(6, 40.0)}
    assert functions_of(spent) == [
        {"function": "train", "executions": 6, "cpu_s": 40.0},
        {"function": "api", "executions": 40, "cpu_s": 1.0},
    ]


def test_the_clock_is_walked_to_right_after_each_look_of_the_platform() -> None:
    deployed = FIRST_ASKED
    assert after_look(deployed) == deployed + SOON
    assert after_look(deployed + SOON) == deployed + SOON + timedelta(days=1)
    assert after_look(deployed + timedelta(days=2, hours=8)) == deployed + SOON + timedelta(days=3)
