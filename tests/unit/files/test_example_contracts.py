"""The contracts of the flights example against the real files: good rows pass, and every row set aside is truly bad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from serin.data.contract.rules import Surroundings
from serin.data.files.reading import read_table
from serin.data.files.table import Table
from serin.domain.contracts import DIMENSIONS, Contract
from serin.files.charters import read_charter
from serin.files.contracts import read_contract
from serin_cli.sample import write_sample
from tests.checking import Checked, check

CONTRACTS = Path(__file__).parents[3] / "models" / "flight-delay" / "contracts"
Check = Callable[[str, str], Checked]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """What becomes of a file of the sample."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)

    def of(dataset: str, file: str) -> Checked:
        return check(_table(dataset, folder / file), _contract(dataset), _around(folder))

    return of


def _contract(dataset: str) -> Contract:
    return read_contract(CONTRACTS / f"{dataset}.yaml")


def _table(dataset: str, file: Path) -> Table:
    return read_table(file.name, file.read_bytes(), _contract(dataset))


def _around(folder: Path) -> Surroundings:
    """When the demo uploads January, and what it has uploaded before."""
    keys = {}
    for reference in _contract("flights").references:
        found = _table(reference.dataset, folder / f"{reference.dataset}.csv").text
        keys[reference] = found.select(reference.columns)
    return Surroundings(datetime(2013, 4, 1, 4, tzinfo=UTC), keys)


@pytest.mark.slow
def test_january_has_eleven_arrivals_at_a_time_that_does_not_exist(checked: Check) -> None:
    flights = checked("flights", "2013-01.csv")
    assert flights.rows == 27_004
    assert flights.rules == {"flights.arr_time.range": 11}
    assert flights.warnings == {
        "flights.dep_delay.missing": 521,
        "flights.arr_delay.missing": 606,
        "flights.tailnum.malformed": 41,
        "flights.tailnum.missing": 155,
        "flights.tailnum.known": 4323,
        "flights.dest.known": 680,
    }
    assert [one.rule.id for one in flights.measured if not one.holds] == ["flights.time_hour.freshness"]


def test_one_flight_of_may_was_faster_than_any_airliner(checked: Check) -> None:
    may = checked("flights", "2013-05.csv")
    assert may.rules["flights.speed.possible"] == 1
    (row,) = may.quarantine.filter(pl.col("__rules").list.contains("flights.speed.possible")).to_dicts()
    assert (row["distance"], row["air_time"]) == ("762", "65")


def test_the_flights_are_held_to_more_than_two_dozen_rules() -> None:
    contract = _contract("flights")
    assert len(contract.rules) + len(contract.dataset_rules) >= 24
    assert {rule.kind for rule in contract.dataset_rules} == {"row_count", "broken_rows", "freshness", "frequency"}
    assert {rule.dimension for rule in (*contract.rules, *contract.dataset_rules)} == set(DIMENSIONS)


def test_a_cancelled_flight_is_a_good_row(checked: Check) -> None:
    accepted = checked("flights", "2013-01.csv").accepted
    assert accepted["dep_time"].null_count() == 521


def test_one_wind_of_february_is_impossible(checked: Check) -> None:
    weather = checked("weather", "weather-2013-02.csv")
    assert weather.rules == {"weather.wind_speed.range": 1}
    assert weather.quarantine["wind_speed"].to_list() == ["1048.36058"]


@pytest.mark.parametrize(
    ("dataset", "rows", "warnings"),
    [("planes", 3_322, {"planes.year.missing": 70}), ("airports", 1_458, {"airports.tzone.missing": 3})],
)
def test_all_planes_and_airports_are_good_rows(
    checked: Check, dataset: str, rows: int, warnings: dict[str, int]
) -> None:
    found = checked(dataset, f"{dataset}.csv")
    assert (found.accepted.height, found.rules, found.warnings) == (rows, {}, warnings)


def test_no_flight_has_left_when_the_model_is_asked_about_it() -> None:
    """Or its own delay would be among the features it is judged by."""
    before = read_charter(CONTRACTS.parent / "model.yaml").features.moment.before
    (bounds,) = [rule for rule in _contract("flights").rules if (rule.kind, rule.columns) == ("range", ("dep_delay",))]
    assert bounds.minimum is not None
    assert bounds.severity == "error"
    assert timedelta(minutes=-bounds.minimum) < before
