"""The permissions of CloudFormation's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.passing import passes
from infra.local.iam.requests.reading import ApiRequest, named

_ON_A_STACK = named(
    """
    CreateChangeSet CreateStack DeleteChangeSet DeleteStack DescribeChangeSet DescribeStackEvents
    DescribeStackResources DescribeStacks ExecuteChangeSet GetTemplate ListStackResources UpdateStack
    """
)


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    if request.operation not in _ON_A_STACK:
        return None
    name = request.text("StackName") or "*"
    stack = name if name.startswith("arn:") else request.arn(f"stack/{name}/*")
    return [
        Asked(f"cloudformation:{request.operation}", stack),
        *passes(request, "RoleARN", "cloudformation.amazonaws.com"),
    ]
