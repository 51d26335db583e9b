"""Random tables of a few rows in which whatever may go wrong with time does, on a coarse grid so that times meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import polars as pl

from serin.data.contract.moments import TIMESTAMP

START = datetime(2013, 1, 30, tzinfo=UTC)
STEP, STEPS = timedelta(minutes=30), 24 * 4
FAR = timedelta(days=70_000)
SCHEMA: dict[str, Any] = {
    "id": pl.Int64,
    "shop": pl.String,
    "seen_at": TIMESTAMP,
    "created": TIMESTAMP,
    "length": pl.Int64,
    "open": pl.Boolean,
    "takings": pl.Float64,
}
WHOLE = (2**63 - 1, -(2**63), 2**53 + 1, 0)
DECIMAL = (0.1, 0.2, 0.3, 1e-9, 1e30, -1e30, 1e300, -1e300, 1e300, -0.0, 0.0)


@dataclass(frozen=True)
class Row:
    """One row as it was uploaded; rows of one `id` are versions of each other where the contract says so."""

    id: int
    shop: str | None
    seen_at: datetime | None
    created: datetime | None
    length: int | None
    open: bool | None
    takings: float | None

    @property
    def values(self) -> tuple[Any, ...]:
        """Its cells, in the order of `SCHEMA`."""
        return self.id, self.shop, self.seen_at, self.created, self.length, self.open, self.takings


def random_uploads(chance: Random, number: int, keyed: bool) -> list[list[Row]]:
    """The rows of one table of its own shops and ids, in as many uploads as they happen to come in."""
    rows: list[Row] = []
    for _ in range(chance.randint(3, 14)):
        again = keyed and rows and chance.random() < 0.4
        rows.append(_corrected(chance, chance.choice(rows), number) if again else _new(chance, number, len(rows)))
    cuts = sorted(chance.randint(0, len(rows)) for _ in range(chance.randint(0, 3)))
    return [rows[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    """The rows as a dataset's table."""
    return pl.DataFrame([row.values for row in rows], schema=SCHEMA, orient="row")


def shops(number: int) -> tuple[str, ...]:
    """The shops of a table, and one that nobody has heard of."""
    return f"{number}a", f"{number}b", f"{number}c"


def _new(chance: Random, number: int, place: int) -> Row:
    seen_at = _time(chance)
    return Row(
        number * 100 + place,
        _shop(chance, number),
        seen_at,
        _created(chance, seen_at),
        chance.choice([*WHOLE, None, *(chance.randint(-50, 50) for _ in range(6))]),
        chance.choice([True, False, None]),
        chance.choice([*DECIMAL, None, round(chance.uniform(-1e3, 1e3), 2), chance.uniform(-1, 1)]),
    )


def _corrected(chance: Random, row: Row, number: int) -> Row:
    """Another version: of its values or of any of what places it, created later, at the same time, earlier, never."""
    other = _new(chance, number, 0)
    parts: dict[str, Any] = {"length": other.length, "takings": other.takings, "open": other.open}
    if chance.random() < 0.3:
        parts["shop"] = other.shop
    if chance.random() < 0.3:
        parts["seen_at"] = other.seen_at
    if chance.random() < 0.7:
        parts["created"] = other.created
    return replace(row, **parts)


def _shop(chance: Random, number: int) -> str | None:
    return chance.choice([*shops(number)[:2], f"{number}a", None] if chance.random() < 0.3 else shops(number)[:2])


def _time(chance: Random) -> datetime | None:
    drawn = chance.random()
    if drawn < 0.06:
        return None
    return START + FAR if drawn < 0.1 else START + STEP * chance.randint(0, STEPS)


def _created(chance: Random, seen_at: datetime | None) -> datetime | None:
    drawn = chance.random()
    if drawn < 0.08:
        return None
    if drawn < 0.4 or seen_at is None:
        return START + STEP * chance.randint(0, STEPS)
    return seen_at + STEP * chance.choice([0, 0, 0, 1, 2, 9, 60, -1, -20])
