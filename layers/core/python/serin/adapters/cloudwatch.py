"""What CloudWatch counts of a model's endpoint, and the alarms on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from serin.adapters.endpoint import ALIAS
from serin.ports import Alarm

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_NAMESPACE = "AWS/Lambda"
_MINUTE = timedelta(minutes=1)


class CloudWatchMetrics:
    """Lambda's metrics of the live aliases; `stage` names the functions.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """

    def __init__(self, client: CloudWatchClient, stage: str) -> None:
        self._client = client
        self._stage = stage

    def sums(self, model: str, metric: str, function_version: str | None, start: datetime, end: datetime) -> int:
        # CloudWatch takes a start within a minute for the whole minute, and refuses an empty span.
        first, last = _next_minute(start), _next_minute(end)
        if first >= last:
            return 0
        dimensions = self._dimensions(model, function_version)
        stat = {"Metric": {"Namespace": _NAMESPACE, "MetricName": metric, "Dimensions": dimensions}}
        query: Any = {"Id": "sum", "MetricStat": {**stat, "Period": 60, "Stat": "Sum"}}
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[query], StartTime=first, EndTime=last
        )
        return round(sum(sum(result["Values"]) for page in pages for result in page["MetricDataResults"]))

    def alarms(self, model: str) -> Sequence[Alarm]:
        function = self._function(model)
        pages = self._client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        alarms = [(alarm, _dimensions_on(function, alarm)) for page in pages for alarm in page["MetricAlarms"]]
        return [
            Alarm(alarm["AlarmName"], alarm["StateValue"], _versions(dimensions))
            for alarm, dimensions in alarms
            if dimensions
        ]

    def _dimensions(self, model: str, function_version: str | None) -> list[dict[str, str]]:
        function = self._function(model)
        named = {"FunctionName": function, "Resource": f"{function}:{ALIAS}"}
        more = {} if function_version is None else {"ExecutedVersion": function_version}
        return [{"Name": name, "Value": value} for name, value in {**named, **more}.items()]

    def _function(self, model: str) -> str:
        return f"serin-{self._stage}-predict-{model}"


def _dimensions_on(function: str, alarm: Any) -> list[Mapping[str, str]]:
    """The dimensions of each of the alarm's metrics that is one of the function."""
    named = ({one["Name"]: one["Value"] for one in metric.get("Dimensions", ())} for metric in _metrics(alarm))
    return [dimensions for dimensions in named if dimensions.get("FunctionName") == function]


def _metrics(alarm: Any) -> Iterator[Any]:
    """The one metric of a plain alarm, or those that its metric math is of."""
    queries = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", ()) if "MetricStat" in query]
    yield from (metric for metric in (alarm, *queries) if metric.get("Namespace") == _NAMESPACE)


def _versions(dimensions: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Those that ran, by an alias, and those that were called by their number."""
    by_alias = [one["ExecutedVersion"] for one in dimensions if "ExecutedVersion" in one]
    called = [one["Resource"].partition(":")[2] for one in dimensions if "Resource" in one]
    return tuple(dict.fromkeys([*by_alias, *(name for name in called if name.isdigit())]))


def _next_minute(at: datetime) -> datetime:
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == at else minute + _MINUTE
