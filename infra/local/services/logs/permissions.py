"""The permissions of CloudWatch Logs's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named

_ON_A_LOG = named(
    """
    CreateLogGroup CreateLogStream DeleteLogGroup DescribeLogStreams FilterLogEvents GetLogEvents PutLogEvents
    PutRetentionPolicy PutSubscriptionFilter
    """
)


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = request.operation
    if operation == "DescribeLogGroups":
        return [Asked("logs:DescribeLogGroups", request.arn("log-group::log-stream:"))]
    if operation not in _ON_A_LOG:
        return None
    group = request.one_of("logGroupName", "logGroupIdentifier")
    if "logGroupIdentifier" in request.params:
        group = group.rpartition(":log-group:")[2]
    return [Asked(f"logs:{operation}", request.arn(f"log-group:{group}:log-stream:{request.text('logStreamName')}"))]
