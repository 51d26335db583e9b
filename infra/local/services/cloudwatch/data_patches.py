"""CloudWatch's data, read by name and exactly the dimensions asked for, with percentiles and metric math."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from infra.local.moto_patches.registry import replace
from infra.local.services.cloudwatch.alarms import Alarms
from infra.local.services.cloudwatch.data import answers, datapoints, metric_of, span_of
from infra.local.wiring import wiring
from serin.domain.errors import Invalid


@replace(CloudWatchResponse, "get_metric_data")
def get_metric_data(response: CloudWatchResponse) -> ActionResult:
    """moto knows no percentile, ignores a namespace beside dimensions, and reads all data again for each period."""
    asked = response._get_params()
    queries = asked.get("MetricDataQueries", [])
    if any("MetricStat" not in query and "Expression" not in query for query in queries):
        raise ValidationError("The parameter MetricDataQueries.member.1.MetricStat is required.\n")
    try:
        answered = (
            wiring().part(Alarms).read(lambda store: answers(store, queries, asked["StartTime"], asked["EndTime"]))
        )
    except Invalid as error:
        raise ValidationError(f"{error.message} {error.remedy}") from error
    descending = (asked.get("ScanBy") or "TimestampDescending") == "TimestampDescending"
    results = [
        _result(query, answered[query["Id"]], descending)
        for query in queries
        if query.get("ReturnData", True) is not False
    ]
    return ActionResult({"MetricDataResults": results})


def _result(query: dict[str, Any], points: dict[float, float], descending: bool) -> dict[str, Any]:
    moments = sorted(points, reverse=descending)
    stat = query.get("MetricStat")
    label = query.get("Label") or (query["Id"] if stat is None else f"{stat['Metric']['MetricName']} {stat['Stat']}")
    return {
        "Id": query["Id"],
        "Label": label,
        "Values": [points[at] for at in moments],
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at in moments],
        "StatusCode": "Complete",
    }


@replace(CloudWatchResponse, "get_metric_statistics")
def get_metric_statistics(response: CloudWatchResponse) -> ActionResult:
    """moto adds up every metric that has the asked dimensions among others, and has no percentiles."""
    asked = response._get_params()
    stats = [*(asked.get("Statistics") or ()), *(asked.get("ExtendedStatistics") or ())]
    if not stats:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    try:
        span = span_of(asked["StartTime"], asked["EndTime"], int(asked["Period"]))
        metric = metric_of(asked, asked.get("Unit"))
        statistics = wiring().part(Alarms).read(lambda store: datapoints(store, metric, stats, span))
    except Invalid as error:
        raise InvalidParameterValue(error.message) from error
    return ActionResult({"Label": asked["MetricName"], "Datapoints": statistics})
