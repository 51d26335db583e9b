from __future__ import annotations

from pathlib import Path

import pytest

from serin_cli.sample import write_sample


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


def test_every_file_has_its_header(files: list[Path]) -> None:
    headers = {path.name: path.read_bytes().splitlines()[0] for path in files}
    assert headers["planes.csv"].startswith(b"tailnum,year")
    assert len({header for name, header in headers.items() if name.startswith("2013-")}) == 1
    assert headers["2013-12.csv"].endswith(b",minute,time_hour")
