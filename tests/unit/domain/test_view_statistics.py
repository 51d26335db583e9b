from __future__ import annotations

import json
from datetime import timedelta

from serin.domain.view_statistics import ValueStatistics, ViewStatistics, view_metrics
from tests.builders import NOON

FOUND = ViewStatistics(9, 3, NOON, {"length": ValueStatistics(0.25, -1, 0.5, 2), "name": ValueStatistics(0.0)})


def test_cloudwatch_is_told_in_one_line_of_its_own_format() -> None:
    line = view_metrics("late-orders", "queue", FOUND, NOON + timedelta(minutes=2), "dev")
    assert "\n" not in line
    told = json.loads(line)
    (definition,) = told["_aws"]["CloudWatchMetrics"]
    assert told["_aws"]["Timestamp"] == 1364817720000
    assert definition["Dimensions"] == [["stage", "model", "view"]]
    assert (told["stage"], told["model"], told["view"]) == ("dev", "late-orders", "queue")
    assert {metric["Name"]: told[metric["Name"]] for metric in definition["Metrics"]} == {
        "view_rows": 9,
        "view_entities": 3,
        "view_nulls": 12.5,
        "view_age": 120.0,
    }


def test_a_view_without_times_has_no_age() -> None:
    told = json.loads(view_metrics("late-orders", "plane", ViewStatistics(0, 0, None, {}), NOON, "dev"))
    assert "view_age" not in told
    assert told["view_nulls"] == 0
