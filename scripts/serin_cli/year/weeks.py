"""What of 2013 is known at a moment: rows that are new since the last upload, and flights that callers ask about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from serin_cli.asked import departure_of, instance_of
from serin_cli.sample import YEAR

ON_THE_GROUND = timedelta(minutes=28)
CALLED_OFF = timedelta(hours=6)
"""After so long a flight without an arrival is written down as it is."""

MISSING = ("", "NA")


REACH = timedelta(days=3)
"""A file has the flights that depart in its month on the clocks of New York; they are over so much later at most."""
KEPT = 6
"""Files whose rows are held at once: of a year they would be a gigabyte."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file, and when it came to be known; for a flight also when it was to depart."""

    known: datetime
    line: str
    departs: datetime | None = None


class _ByMoment:
    """Rows by one of their moments: each visit asks for a few hours of a month."""

    def __init__(self, rows: Sequence[tuple[datetime, Row]]) -> None:
        ordered = sorted(rows, key=lambda pair: pair[0])
        self._moments = [moment for moment, _ in ordered]
        self._rows = [row for _, row in ordered]

    def between(self, since: datetime, until: datetime) -> Sequence[Row]:
        """The rows from `since` on and before `until`, those of one moment as the file has them."""
        return self._rows[bisect_left(self._moments, since) : bisect_left(self._moments, until)]


@dataclass(frozen=True)
class _File:
    """One file's rows."""

    known: _ByMoment
    departing: _ByMoment


class Weeks:
    """The sample's rows by the moment at which they were known, and its flights by their scheduled departure."""

    def __init__(self, files: Mapping[str, Path], folder: Path) -> None:
        self._files, self._folder = files, folder
        self._headers: dict[str, str] = {}
        self._rows = lru_cache(maxsize=KEPT)(self._read)

    def file(self, dataset: str, since: datetime, until: datetime) -> Path:
        """A CSV file of the rows that came to be known from `since` on and before `until`."""
        rows = [row for file in self._near(dataset, since, until) for row in file.known.between(since, until)]
        lines = [row.line for row in sorted(rows, key=lambda row: row.known)]
        path = self._folder / f"{dataset}-{until:%m-%dT%H}.csv"
        path.write_text(self._headers[dataset] + "".join(lines), encoding="utf-8")
        return path

    def departing(self, since: datetime, until: datetime) -> list[Mapping[str, Any]]:
        """What is asked about the flights that are to depart then."""
        near = self._near("flights", since, until)
        rows = [(row.departs or since, row) for file in near for row in file.departing.between(since, until)]
        names = self._names("flights")
        return [instance_of(_values(names, row.line)) for _, row in sorted(rows, key=lambda pair: pair[0])]

    def _near(self, dataset: str, since: datetime, until: datetime) -> Iterator[_File]:
        """The files of the months around a span."""
        prefix = "" if dataset == "flights" else f"{dataset}-"
        months = [f"{YEAR}-{month:02}" for month in range(1, 13)]
        first, last = (f"{moment:%Y-%m}" for moment in (since - REACH, until + REACH))
        for month in months:
            if first <= month <= last and f"{prefix}{month}.csv" in self._files:
                yield self._rows(dataset, self._files[f"{prefix}{month}.csv"])

    def _read(self, dataset: str, file: Path) -> _File:
        header, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        self._headers[dataset] = header
        names = self._names(dataset)
        rows = [_row(_values(names, line), line) for line in lines]
        departing = [(row.departs, row) for row in rows if row.departs is not None]
        return _File(_ByMoment([(row.known, row) for row in rows]), _ByMoment(departing))

    def _names(self, dataset: str) -> Sequence[str]:
        return self._headers[dataset].rstrip("\n").split(",")


def _values(names: Sequence[str], line: str) -> Mapping[str, str]:
    # No value of these files has a line break or a comma in it.
    return dict(zip(names, line.rstrip("\n").split(","), strict=True))


def _row(values: Mapping[str, str], line: str) -> Row:
    if "minute" not in values:
        return Row(_hour(values), line)
    return Row(_over(values), line, departure_of(values))


def _hour(row: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))


def _over(row: Mapping[str, str]) -> datetime:
    """When somebody can write down all of a flight: when it has landed, or is known never to."""
    departs = departure_of(row)
    if not {row["air_time"], row["dep_delay"]}.isdisjoint(MISSING):
        return departs + CALLED_OFF
    return departs + timedelta(minutes=int(row["dep_delay"]) + int(row["air_time"])) + ON_THE_GROUND
