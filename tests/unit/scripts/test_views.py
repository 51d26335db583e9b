from __future__ import annotations

from dataclasses import replace
from typing import Any

from serin.domain.fills import Fill
from serin.domain.records import as_record
from serin.domain.view_statistics import ValueStatistics, ViewStatistics
from serin.services.show_views import ViewStatus
from serin_cli.views import columns_of, line_of
from tests.builders import NOON

STATISTICS = ViewStatistics(9, 3, NOON, {"length": ValueStatistics(0.25, -1.0, 0.5, 2.0), "name": ValueStatistics(0.0)})
FILL = Fill("late-orders", "queue", "d" * 32, NOON, {"shops": 4}, {"shops": (6,)}, statistics=STATISTICS)
STATUS = ViewStatus("queue", "d" * 32, True, "behind", {"shops": 6, "zones": 1}, FILL)


def told(status: ViewStatus) -> Any:
    return as_record(status)


def test_a_line_says_which_uploads_are_in_and_what_the_rows_look_like() -> None:
    assert line_of(told(STATUS)) == {
        "view": "queue",
        "definition": "dddddddd",
        "of": "charter",
        "state": "behind",
        "uploads": "shops 4 of 6, zones 0 of 1",
        "rows": 9,
        "entities": 3,
        "newest": "2013-04-01T12:00:00Z",
        "at": "2013-04-01T12:00:00Z",
    }


def test_a_view_nobody_has_built_has_a_line_too() -> None:
    line = line_of(told(replace(STATUS, fill=None, deployed=False)))
    assert (line["of"], line["uploads"], line["rows"]) == ("a version", "shops 0 of 6, zones 0 of 1", None)
    assert list(columns_of([told(replace(STATUS, fill=None))])) == []


def test_each_column_has_its_nulls_and_numbers() -> None:
    assert list(columns_of([told(STATUS)])) == [
        {"definition": "dddddddd", "column": "length", "nulls": "25.00%", "least": -1.0, "mean": 0.5, "greatest": 2.0},
        {"definition": "dddddddd", "column": "name", "nulls": "0.00%", "least": None, "mean": None, "greatest": None},
    ]
