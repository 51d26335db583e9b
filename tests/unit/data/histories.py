"""Small random histories of events, and what views of them hold by the definition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from serin.data.contract.moments import TIMESTAMP
from serin.domain.charter import Scalar, View, Window
from serin.domain.known import Version, known_at

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
LAST = View("seen", "shop", "shops", ("length", "open"), "seen_at", "known_at", timedelta(hours=9))
QUEUE = View("queue", "shop", "shops", (), "seen_at", "known_at", timedelta(days=1), windows=WINDOWS)

# Few different times, so that events, moments and the ends of windows meet.
hours = st.integers(0, 24 * 4).map(lambda half: START + timedelta(minutes=30 * half))
moments = st.one_of(hours, st.timedeltas(timedelta(), timedelta(days=4)).map(lambda span: START + span))
numbers = st.one_of(
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)), st.sampled_from([0.1, 0.2, 0.3, 1e30, -1e30, 1e300])
)


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


def versions(rows: Sequence[Event]) -> list[Version]:
    """The rows as the rule of what was known takes them; rows of one id are versions of one."""
    columns = list(SCHEMA)
    return [Version(row[0], (row[1],), row[2], row[3], dict(zip(columns, row, strict=True))) for row in rows]


def by_definition(rows: Sequence[Event], view: View, shop: str | None, moment: datetime) -> Mapping[str, Scalar | None]:
    """The view's values at a moment, from all rows in the order they were accepted."""
    return known_at(view, versions(rows), (shop,), moment)


def same(found: Scalar | None, expected: Scalar | None) -> bool:
    """Equal, or, where one is a float, within a relative 1e-9."""
    if found is None or expected is None or isinstance(found, (str, bool)):
        return found == expected
    assert not isinstance(expected, str)
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
