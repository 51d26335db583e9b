"""What of 2013 is known at a moment: rows that are new since the last upload, and flights that callers ask about."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from serin_cli.asked import departure_of, instance_of

ON_THE_GROUND = timedelta(minutes=28)
CALLED_OFF = timedelta(hours=6)
"""After so long a flight without an arrival is written down as it is."""

MISSING = ("", "NA")


@dataclass(frozen=True)
class Row:
    """One line of a file, and when it came to be known."""

    known: datetime
    line: str


@dataclass(frozen=True)
class Flight:
    """A flight as a caller asks about it."""

    departs: datetime
    instance: Mapping[str, Any]


class Weeks:
    """The sample's rows by the moment at which they were known, and its flights by their scheduled departure."""

    def __init__(self, files: Mapping[str, Path], folder: Path) -> None:
        self._folder = folder
        self._headers: dict[str, str] = {}
        flights = [(row, line) for name in _months("", files) for row, line in self._read("flights", files[name])]
        weather = [
            (row, line) for name in _months("weather-", files) for row, line in self._read("weather", files[name])
        ]
        self._rows = {
            "flights": sorted((Row(_over(row), line) for row, line in flights), key=lambda row: row.known),
            "weather": sorted((Row(_hour(row), line) for row, line in weather), key=lambda row: row.known),
        }
        self._flights = sorted(
            (Flight(departure_of(row), instance_of(row)) for row, _ in flights), key=lambda flight: flight.departs
        )

    def file(self, dataset: str, since: datetime, until: datetime) -> Path:
        """A CSV file of the rows that came to be known from `since` on and before `until`."""
        lines = [row.line for row in self._rows[dataset] if since <= row.known < until]
        path = self._folder / f"{dataset}-{until:%m-%dT%H}.csv"
        path.write_text(self._headers[dataset] + "".join(lines), encoding="utf-8")
        return path

    def departing(self, since: datetime, until: datetime) -> list[Mapping[str, Any]]:
        """What is asked about the flights that are to depart then."""
        return [flight.instance for flight in self._flights if since <= flight.departs < until]

    def _read(self, dataset: str, file: Path) -> Iterator[tuple[Mapping[str, str], str]]:
        # No value of these files has a line break or a comma in it.
        header, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        self._headers[dataset] = header
        yield from zip(csv.DictReader([header, *lines]), lines, strict=True)


def _months(prefix: str, files: Mapping[str, Path]) -> list[str]:
    return [f"{prefix}2013-{month:02}.csv" for month in range(1, 13) if f"{prefix}2013-{month:02}.csv" in files]


def _hour(row: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))


def _over(row: Mapping[str, str]) -> datetime:
    """When somebody can write down all of a flight: when it has landed, or is known never to."""
    departs = departure_of(row)
    if not {row["air_time"], row["dep_delay"]}.isdisjoint(MISSING):
        return departs + CALLED_OFF
    return departs + timedelta(minutes=int(row["dep_delay"]) + int(row["air_time"])) + ON_THE_GROUND
