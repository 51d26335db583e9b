from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.view_statistics import statistics_of
from serin.domain.charter import View
from serin.domain.view_statistics import ValueStatistics

AT = datetime(2013, 1, 1, tzinfo=UTC)
VIEW = View("queue", "shop", "shops", ("length", "open", "name"), "seen_at", "seen_at", timedelta(hours=3))
SCHEMA: dict[str, Any] = {
    "shop": pl.String, "seen_at": TIMESTAMP, "length": pl.Float64, "open": pl.Boolean, "name": pl.String,
}  # fmt: skip


def rows(*given: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(given, schema=SCHEMA, orient="row")


def test_rows_entities_the_newest_event_and_each_column() -> None:
    found = statistics_of(
        VIEW,
        rows(("a", AT, 1.0, True, "x"), ("a", AT + timedelta(1), None, False, None), ("b", AT, 4.0, False, "y")),
        ["shop"],
        AT + timedelta(1),
    )
    assert (found.rows, found.entities, found.newest) == (3, 2, AT + timedelta(1))
    assert found.values == {
        "length": ValueStatistics(0.333333, 1.0, 2.5, 4.0),
        "open": ValueStatistics(0.0, 0.0, 0.333333, 1.0),
        "name": ValueStatistics(0.333333),
    }


def test_a_row_without_an_entity_or_a_time_is_none_of_the_views() -> None:
    found = statistics_of(VIEW, rows((None, AT, 1.0, True, "x"), ("a", None, 1.0, True, "x")), ["shop"], AT)
    assert (found.rows, found.entities, found.newest) == (0, 0, None)
    assert found.values["length"] == ValueStatistics(0.0)


def test_what_is_not_a_finite_number_counts_as_null() -> None:
    found = statistics_of(VIEW, rows(("a", AT, float("inf"), True, "x"), ("a", AT, 2.0, True, "x")), ["shop"], AT)
    assert found.values["length"] == ValueStatistics(0.5, 2.0, 2.0, 2.0)


def test_the_newest_event_is_one_that_is_known() -> None:
    given = rows(("a", AT, 1.0, True, "x"), ("a", AT + timedelta(60_000), 2.0, True, "y"))
    found = statistics_of(VIEW, given, ["shop"], AT + timedelta(1))
    assert (found.rows, found.newest) == (2, AT)
