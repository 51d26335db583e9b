"""CloudWatch Logs' filter patterns, each with a line it lets through and one it does not."""

from __future__ import annotations

import pytest

from infra.local.services.logs.filter_pattern import FilterPattern
from serin.domain.errors import Invalid


@pytest.mark.parametrize(
    ("pattern", "passes", "stays"),
    [
        ("{ $.prediction_id = * }", '{"prediction_id": "p1"}', '{"message": "starting"}'),
        ("{$.prediction_id=*}", '{"prediction_id": "p1"}', "no JSON: prediction_id"),
        ('{ $.status = "ok" }', '{"status": "ok"}', '{"status": "okay"}'),
        ("{ $.status = 5* }", '{"status": "503"}', '{"status": "404"}'),
        ("{ $.status != 200 }", '{"status": 503}', '{"status": 200}'),
        ("{ $.ms > 10.5 }", '{"ms": 11}', '{"ms": 10}'),
        ("{ $.ms >= 10 && $.ms < 20 }", '{"ms": 10}', '{"ms": 20}'),
        ("{ ($.a = 1) || ($.b = 2 && $.c = 3) }", '{"b": 2, "c": 3}', '{"b": 2, "c": 4}'),
        ("{ $.error IS NULL }", '{"error": null}', '{"error": "x"}'),
        ("{ $.error NOT EXISTS }", '{"a": 1}', '{"error": null}'),
        ("{ $.user.tags[1] = b }", '{"user": {"tags": ["a", "b"]}}', '{"user": {"tags": ["b"]}}'),
        ('{ $.text = "two words" }', '{"text": "two words"}', '{"text": "twowords"}'),
        ("{ $.model-name = m }", '{"model-name": "m"}', '{"model-name": "n"}'),
        ("ERROR", "an ERROR here", "all well"),
        ("ERROR timeout", "timeout: ERROR", "ERROR only"),
        ('"exact phrase"', "an exact phrase here", "phrase exact"),
        ("ERROR -ignored", "ERROR", "ERROR ignored"),
        ("?ERROR ?WARN", "WARN", "INFO"),
        ("", "anything", None),
    ],
)
def test_a_pattern_lets_through_what_cloudwatch_would(pattern: str, passes: str, stays: str | None) -> None:
    read = FilterPattern.parse(pattern)
    assert read.matches(passes)
    assert stays is None or not read.matches(stays)


@pytest.mark.parametrize(
    "pattern", ["[ip, user]", "%5[0-9]{2}%", "{ $.a }", "{ $.a = 1 && }", "{ a = 1 }", "{ $.a > x }"]
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid, match="filter pattern"):
        FilterPattern.parse(pattern)
