"""The contracts of the flights example against the real files: good rows pass, and every row set aside is truly bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serin.data.quality import Checked, check
from serin.data.reading import read_table
from serin.files.contracts import read_contract
from serin_cli.sample import write_sample

CONTRACTS = Path(__file__).parents[3] / "models" / "flight-delay" / "contracts"
Check = Callable[[str, str], Checked]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """What becomes of a file of the sample."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)

    def of(dataset: str, file: str) -> Checked:
        contract = read_contract(CONTRACTS / f"{dataset}.yaml")
        return check(read_table(file, (folder / file).read_bytes(), contract), contract)

    return of


def test_january_has_eleven_arrivals_at_a_time_that_does_not_exist(checked: Check) -> None:
    flights = checked("flights", "2013-01.csv")
    assert flights.rows == 27_004
    assert flights.rules == {"flights.arr_time.range": 11}
    assert flights.warnings == {
        "flights.dep_delay.missing": 521,
        "flights.arr_delay.missing": 606,
        "flights.tailnum.malformed": 41,
        "flights.tailnum.missing": 155,
    }


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
