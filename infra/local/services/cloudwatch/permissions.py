"""The permissions of CloudWatch's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest

_ON_NO_METRIC = frozenset({"GetMetricData", "GetMetricStatistics", "ListMetrics"})


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = request.operation
    if operation == "PutMetricData":
        return [Asked("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": (request.text("Namespace"),)})]
    if operation in {"PutMetricAlarm", "SetAlarmState"}:
        return [Asked(f"cloudwatch:{operation}", request.arn(f"alarm:{request.text('AlarmName')}", "cloudwatch"))]
    if operation == "DescribeAlarms":
        return [Asked("cloudwatch:DescribeAlarms", request.arn("alarm:*", "cloudwatch"))]
    return [Asked(f"cloudwatch:{operation}", "*")] if operation in _ON_NO_METRIC else None
