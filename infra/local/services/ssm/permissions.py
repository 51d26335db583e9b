"""The permissions of Systems Manager's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = request.operation
    if operation == "DescribeParameters":
        return [Asked("ssm:DescribeParameters", "*")]
    if operation in {"GetParameters", "DeleteParameters"}:
        return [Asked(f"ssm:{operation}", _parameter(request, name)) for name in request.params["Names"]]
    if operation == "GetParametersByPath":
        return [Asked(f"ssm:{operation}", _parameter(request, request.text("Path")))]
    if operation not in {"DeleteParameter", "GetParameter", "GetParameterHistory", "PutParameter"}:
        return None
    return [Asked(f"ssm:{operation}", _parameter(request, request.text("Name")))]


def _parameter(request: ApiRequest, name: str) -> str:
    if name.startswith("arn:"):
        return name
    # A version or a label may follow the name.
    return request.arn(f"parameter/{name.partition(':')[0].lstrip('/')}")
