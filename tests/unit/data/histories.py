"""Small random histories of events, and what windows over them are by the definition, event by event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from serin.data.contract.types import TIMESTAMP
from serin.domain.charter import Scalar, View, Window

START = datetime(2013, 1, 30, tzinfo=UTC)
SCHEMA: dict[str, Any] = {
    "id": pl.Int64,
    "shop": pl.String,
    "seen_at": TIMESTAMP,
    "known_at": TIMESTAMP,
    "length": pl.Int64,
    "open": pl.Boolean,
    "takings": pl.Float64,
}
ZONES: dict[str, Any] = {"zone": pl.String, "hours": pl.Int64}
Event = tuple[int, str | None, datetime | None, datetime | None, int | None, bool | None, float | None]
SHORT, LONG = timedelta(hours=3), timedelta(days=2)
WINDOWS = (
    *(Window(f"{do}_length", "length", do, SHORT) for do in ("count", "mean", "sum", "min", "max", "last")),
    *(Window(f"{do}_takings", "takings", do, LONG) for do in ("mean", "sum", "min", "max", "last")),
    Window("rate_open", "open", "rate", LONG),
    Window("last_open", "open", "last", SHORT),
)
QUEUE = View("queue", "shop", "shops", (), "seen_at", "known_at", timedelta(days=1), windows=WINDOWS)

# Few different times, so that events, moments and the ends of windows meet.
hours = st.integers(0, 24 * 4).map(lambda half: START + timedelta(minutes=30 * half))
moments = st.one_of(hours, st.timedeltas(timedelta(), timedelta(days=4)).map(lambda span: START + span))
numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


def events(most: int = 12) -> st.SearchStrategy[list[Event]]:
    """Events of three shops, some null, some created late, some corrections of others (the same id)."""
    return st.lists(
        st.tuples(
            st.integers(0, 8),
            st.sampled_from(["a", "a", "b", None]),
            st.one_of(hours, hours, st.none()),
            st.one_of(hours, hours, st.none()),
            st.one_of(st.integers(-50, 50), st.none()),
            st.one_of(st.booleans(), st.none()),
            st.one_of(numbers, st.none()),
        ),
        max_size=most,
    )


def table(rows: Sequence[Event]) -> pl.DataFrame:
    """The events as a dataset's table."""
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def latest(rows: Sequence[Event]) -> list[Event]:
    """Each id once, as it came last, where it came last."""
    return [row for index, row in enumerate(rows) if all(row[0] != later[0] for later in rows[index + 1 :])]


def by_definition(rows: Sequence[Event], view: View, shop: str | None, moment: datetime) -> dict[str, Scalar | None]:
    """Each window's value at a moment, from the rows that are known then."""
    known = [
        (event, max(event, created), row)
        for row in rows
        for event, created in [(row[2], row[3] if view.created_time else row[2])]
        if row[1] == shop and shop is not None and event and created and max(event, created) <= moment
    ]
    newest = max((event for event, _, _ in known), default=None)
    if newest is None or (view.ttl and moment - newest > view.ttl):
        return dict.fromkeys(window.name for window in view.windows)
    known.sort(key=lambda item: item[:2])
    return {window.name: _of(window, known, moment) for window in view.windows}


def _of(window: Window, known: Sequence[tuple[datetime, datetime, Event]], moment: datetime) -> Scalar | None:
    place = list(SCHEMA).index(window.of)
    values: list[Any] = [row[place] for event, _, row in known if moment - event < window.over]
    values = [value for value in values if value is not None]
    if window.do == "count":
        return len(values)
    if not values:
        return None
    if window.do in ("min", "max", "last"):
        found: Scalar = {"min": min(values), "max": max(values), "last": values[-1]}[window.do]
        return found
    total = math.fsum(values)
    return total if window.do == "sum" else total / len(values)


def same(found: Scalar | None, expected: Scalar | None) -> bool:
    """Equal, or, where one is a float, within a relative 1e-9."""
    if found is None or expected is None or isinstance(found, (str, bool)):
        return found == expected
    assert not isinstance(expected, str)
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
