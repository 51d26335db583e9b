"""Requests for the demo: what a caller knows of a flight before it departs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def first_flights(file: Path, count: int) -> list[dict[str, Any]]:
    """The first `count` scheduled flights of a month's file as prediction instances, by scheduled departure."""
    return _instances(file)[:count]


def some_flights(file: Path, count: int, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """`count` flights of a month's file, spread evenly over all that are to depart then, or all if they are fewer."""
    flights = [flight for flight in _instances(file) if _iso(since) <= flight["sched_dep_utc"] < _iso(until)]
    return flights[:: max(len(flights) // count, 1)][:count]


def _instances(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as opened:
        instances = [instance_of(row) for row in csv.DictReader(opened)]
    return sorted(instances, key=lambda instance: (instance["sched_dep_utc"], instance["flight"]))


def departure_of(row: Mapping[str, str]) -> datetime:
    """The scheduled departure of a flight, in UTC."""
    return _hour(row) + timedelta(minutes=int(row["minute"]))


def instance_of(row: Mapping[str, str]) -> dict[str, Any]:
    """What somebody who asks knows of a flight; `row` is a line of the sample's file."""
    return {
        "time_hour": _iso(_hour(row)),
        "sched_dep_utc": _iso(departure_of(row)),
        "carrier": row["carrier"],
        "flight": int(row["flight"]),
        "origin": row["origin"],
        "dest": row["dest"],
        "tailnum": row["tailnum"] or None,
        "distance": float(row["distance"]),
    }


def _hour(row: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
