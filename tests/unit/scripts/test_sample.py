from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin_cli.sample import days_until, write_sample


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_sample(tmp_path_factory.mktemp("sample") / "new")


def test_the_sample_is_a_year_by_the_month(files: list[Path]) -> None:
    months = [f"2013-{month:02}" for month in range(1, 13)]
    expected = ["planes.csv", "airports.csv", *(f"weather-{m}.csv" for m in months), *(f"{m}.csv" for m in months)]
    assert [path.name for path in files] == expected


def test_no_flight_is_lost_or_doubled(files: list[Path]) -> None:
    contents = {path.name: path.read_bytes().splitlines() for path in files}
    flights = [line for name, lines in contents.items() if name.startswith("2013-") for line in lines[1:]]
    assert len(flights) == len(set(flights)) == 336_776
    assert sum(len(lines) - 1 for name, lines in contents.items() if name.startswith("weather-")) == 26_115
    assert all(line.startswith(b"2013,3,") for line in contents["2013-03.csv"][1:])


@pytest.mark.slow
def test_any_day_of_the_sample_can_be_today_and_nothing_else_changes(files: list[Path], tmp_path: Path) -> None:
    later = days_until(date(2026, 11, 29), "2013-04-01")
    moved = {path.name: path.read_bytes().splitlines() for path in write_sample(tmp_path, later)}
    as_it_was = {path.name: path.read_bytes().splitlines() for path in files}
    assert moved.keys() == as_it_was.keys()
    assert moved["planes.csv"] == as_it_was["planes.csv"]
    assert as_it_was["2013-04.csv"][1].startswith(b"2013,4,1,")
    first = as_it_was["2013-04.csv"][1].replace(b"2013,4,1,", b"2026,11,29,", 1).replace(b"2013-04-01T", b"2026-11-29T")
    assert moved["2013-04.csv"][1] == first
    last = as_it_was["weather-2013-03.csv"][-1]
    assert (last[-20:], moved["weather-2013-03.csv"][-1][-20:]) == (b"2013-04-01T03:00:00Z", b"2026-11-29T03:00:00Z")
    with pytest.raises(Invalid, match="'yesterday' is no day"):
        days_until(date(2026, 11, 29), "yesterday")


def test_every_file_has_its_header(files: list[Path]) -> None:
    headers = {path.name: path.read_bytes().splitlines()[0] for path in files}
    assert headers["planes.csv"].startswith(b"tailnum,year")
    assert len({header for name, header in headers.items() if name.startswith("2013-")}) == 1
    assert headers["2013-12.csv"].endswith(b",minute,time_hour")
