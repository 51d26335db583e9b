"""An alarm's state by its data points, row by row as CloudWatch's documents give them."""

from __future__ import annotations

import math

import pytest

from infra.local.services.cloudwatch.alarm_metrics import MetricName, Series, Summary
from infra.local.services.cloudwatch.alarm_rules import MISSING, Rule
from infra.local.services.cloudwatch.alarm_statistics import check_expression, check_statistic, evaluate, statistic
from infra.local.services.cloudwatch.composite_alarms import composite_state
from serin.domain.errors import Invalid

OVER, UNDER = 5.0, 0.0
KEPT = None
INSUFFICIENT = "INSUFFICIENT_DATA"


def points(text: str) -> list[float | None]:
    """`0 - X`: not breaching, missing, breaching."""
    return [{"X": OVER, "0": UNDER, "-": None}[mark] for mark in text.split()]


@pytest.mark.parametrize(
    ("needed", "text", "states"),
    [
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
        (3, "0 - X - X", ("OK", "OK", "OK", "OK")),
        (3, "- - - - 0", ("OK", "OK", "OK", "OK")),
        (3, "- - - - -", (INSUFFICIENT, KEPT, "ALARM", "OK")),
        (3, "0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (3, "- - X - -", ("ALARM", KEPT, "ALARM", "OK")),
        (2, "0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 - X - -", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - - 0", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - X -", ("ALARM", KEPT, "ALARM", "OK")),
    ],
)
def test_missing_data_is_treated_as_the_alarm_says(needed: int, text: str, states: tuple[str | None, ...]) -> None:
    rules = [Rule(1.0, "GreaterThanThreshold", 3, needed, treatment) for treatment in MISSING]
    assert tuple(rule.state(points(text)) for rule in rules) == states


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [False, False, True]),
        ("GreaterThanOrEqualToThreshold", [False, True, True]),
        ("LessThanThreshold", [True, False, False]),
        ("LessThanOrEqualToThreshold", [True, True, False]),
    ],
)
def test_each_comparison_draws_its_own_line(comparison: str, breaching: list[bool]) -> None:
    rule = Rule(1.0, comparison, 1, 1)
    assert [rule.breaches(value) for value in (0.0, 1.0, 2.0)] == breaching


def test_statistics_are_of_all_that_was_measured() -> None:
    found = Summary()
    for value in (4.0, 1.0, 3.0, 2.0):
        found.add(Summary(1, value, value, value, [value]))
    names = ("Sum", "Average", "Minimum", "Maximum", "SampleCount", "p50", "p100", "p0")
    assert [statistic(name, found) for name in names] == [10.0, 2.5, 1.0, 4.0, 4.0, 2.5, 4.0, 1.0]
    assert statistic("p90", found) == pytest.approx(3.7)
    assert statistic("Sum", None) is None
    assert statistic("p50", Summary(3, 6, 1, 3)) is None
    with pytest.raises(Invalid, match="tm90"):
        check_statistic("tm90")


def test_a_series_finds_its_minutes_in_any_order() -> None:
    series = Series()
    for minute, value in ((300, 5.0), (60, 1.0), (300, 7.0), (120, 2.0)):
        series.add(minute, Summary(1, value, value, value, [value]))
    assert series.between(60, 301) == [60, 120, 300]
    found = series.summary(120, 360)
    assert found is not None
    assert (found.total, found.count, found.low, found.high) == (14.0, 3, 2.0, 7.0)
    assert series.summary(121, 300) is None


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a / b * 100", 50.0),
        ("-(a + b) - 1", -4.0),
        ("a / none", None),
        ("FILL(none, 0) + a", 1.0),
        ("a / (b - 2)", None),
        ("IF(a < b, 10, 20)", 10.0),
        ("IF(a >= b, 10, b ** 3)", 8.0),
        ("SUM([a, b, none])", 3.0),
        ("MAX([a, b]) - MIN([a, b]) + AVG([a, b]) + ABS(-a)", 3.5),
        ("SUM([none])", None),
    ],
)
def test_metric_math_computes_and_misses_what_is_missing(expression: str, value: float | None) -> None:
    found = evaluate(expression, {"a": 1.0, "b": 2.0, "none": None})
    assert found is None if value is None else found is not None and math.isclose(found, value)


@pytest.mark.parametrize(
    "wrong", ["ANOMALY_DETECTION_BAND(a)", "SEARCH('x')", "a +", "METRICS()", "a if b else c", "'x'"]
)
def test_metric_math_beyond_that_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(Invalid, match="metric math"):
        check_expression(wrong)


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ('ALARM("errors") OR ALARM(late)', "ALARM"),
        ('ALARM("errors") AND NOT OK("late")', "OK"),
        ("(ALARM(errors) AND OK(late)) OR FALSE", "ALARM"),
        ("INSUFFICIENT_DATA(arn:aws:cloudwatch:us-east-1:123456789012:alarm:nobody)", "ALARM"),
        ("NOT TRUE", "OK"),
    ],
)
def test_a_composite_alarm_follows_the_alarms_it_names(rule: str, state: str) -> None:
    assert composite_state(rule, {"errors": "ALARM", "late": "OK"}) == state


def test_a_composite_rule_that_cannot_be_read_is_refused() -> None:
    for wrong in ("ALARM(a) XOR OK(b)", "ALARM(a) AND", "__import__('os')"):
        with pytest.raises(Invalid, match="alarm rule"):
            composite_state(wrong, {})


def test_metrics_of_other_dimensions_or_units_are_other_metrics() -> None:
    names = {MetricName("n", "m", frozenset()), MetricName("n", "m", frozenset({("a", "b")}))}
    assert len(names | {MetricName("n", "m", frozenset(), "Count")}) == 3
