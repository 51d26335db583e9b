"""What is counted of an endpoint, by version and by whole minutes, and the alarms on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.cloudwatch.models import MetricDatum, cloudwatch_backends

from serin.adapters.cloudwatch import CloudWatchMetrics
from serin.adapters.memory.metrics import Counted, MemoryMetrics
from serin.ports import Alarm, Metrics
from tests.builders import NOON
from tests.tables import REGION

MODEL = "late-orders"
SECOND = timedelta(seconds=1)
Count = Callable[[Counted], None]


@pytest.fixture(params=["memory", "aws"])
def metrics(request: pytest.FixtureRequest) -> Metrics:
    """Not on the local cloud, where nobody but Lambda counts for Lambda (test_endpoint_on_lambda)."""
    if request.param == "memory":
        return MemoryMetrics()
    request.getfixturevalue("aws")
    return CloudWatchMetrics(boto3.client("cloudwatch", region_name=REGION), "dev")


def as_lambda(counted: Counted) -> None:
    """Count as Lambda does: for the function, for the alias, and for the version the alias led to."""
    name = f"serin-dev-predict-{counted.model}"
    dimensions = {"FunctionName": name, "Resource": f"{name}:live", "ExecutedVersion": counted.function_version}
    pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    backend = cloudwatch_backends["123456789012"][REGION]
    moment = counted.at.replace(tzinfo=None)
    backend.metric_data.extend(
        MetricDatum("AWS/Lambda", counted.metric, float(counted.count), pairs[:length], moment, "Count")
        for length in (1, 2, 3)
    )


@pytest.fixture
def count(metrics: Metrics) -> Count:
    return metrics.counted.append if isinstance(metrics, MemoryMetrics) else as_lambda


def test_calls_of_the_alias_are_counted_by_version_and_together(metrics: Metrics, count: Count) -> None:
    for counted in (
        Counted(MODEL, "Errors", "7", NOON),
        Counted(MODEL, "Errors", "8", NOON + 70 * SECOND, 3),
        Counted(MODEL, "Invocations", "8", NOON, 5),
        Counted("returns", "Errors", "8", NOON),
    ):
        count(counted)
    span = NOON, NOON + timedelta(hours=1)
    assert [metrics.sums(MODEL, "Errors", version, *span) for version in ("7", "8", "9", None)] == [1, 3, 0, 4]
    assert metrics.sums(MODEL, "Invocations", None, *span) == 5


@pytest.mark.parametrize(
    ("start", "end", "errors"),
    [(0, 60, 1), (0, 61, 3), (1, 120, 2), (60, 120, 2), (61, 120, 0), (61, 121, 4), (60, 60, 0), (119, 61, 0)],
)
def test_whole_minutes_are_counted_that_begin_in_the_span(
    metrics: Metrics, count: Count, start: int, end: int, errors: int
) -> None:
    for second, failed in ((30, 1), (90, 2), (150, 4)):
        count(Counted(MODEL, "Errors", "7", NOON + second * SECOND, failed))
    assert metrics.sums(MODEL, "Errors", "7", NOON + start * SECOND, NOON + end * SECOND) == errors


def an_alarm(name: str, state: str = "OK", **settings: Any) -> None:
    client = boto3.client("cloudwatch", region_name=REGION)
    known = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    client.put_metric_alarm(AlarmName=name, **{**known, **settings})
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")  # type: ignore[arg-type]


def of_lambda(**dimensions: str) -> dict[str, Any]:
    named = {"FunctionName": "serin-dev-predict-late-orders", **dimensions}
    pairs = [{"Name": key, "Value": value} for key, value in named.items()]
    return {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": pairs}


def test_alarms_on_the_endpoint_are_known_with_the_versions_in_their_dimensions(metrics: Metrics) -> None:
    live = "serin-dev-predict-late-orders:live"
    expected = [Alarm("by-alias", "ALARM", ("8",)), Alarm("by-number", "OK", ("7",)), Alarm("of-all", "OK")]
    expected += [Alarm("of-two", "INSUFFICIENT_DATA", ("8",))]
    if isinstance(metrics, MemoryMetrics):
        metrics.known[MODEL] = expected
    else:
        statistic = {"Period": 60, "Statistic": "Sum"}
        an_alarm("by-alias", "ALARM", **statistic, **of_lambda(Resource=live, ExecutedVersion="8"))
        an_alarm("by-number", **statistic, **of_lambda(Resource="serin-dev-predict-late-orders:7"))
        an_alarm("of-all", **statistic, **of_lambda())
        stat = {"Metric": of_lambda(Resource=live, ExecutedVersion="8"), "Period": 60, "Stat": "Sum"}
        math = [{"Id": "e", "MetricStat": stat, "ReturnData": False}, {"Id": "r", "Expression": "e * 100"}]
        an_alarm("of-two", "INSUFFICIENT_DATA", Metrics=math)
        an_alarm("of-another", **statistic, **of_lambda(FunctionName="serin-dev-predict-late-orders-2"))
        an_alarm("elsewhere", **statistic, Namespace="Serin", MetricName="Rejected", Dimensions=[])
    assert sorted(metrics.alarms(MODEL), key=lambda alarm: alarm.name) == expected
    assert metrics.alarms("returns") == []
