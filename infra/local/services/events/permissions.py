"""The permissions of EventBridge's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named

_ON_A_RULE = named(
    """
    DeleteRule DescribeRule DisableRule EnableRule ListTargetsByRule PutRule PutTargets RemoveTargets
    """
)


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = request.operation
    if operation == "PutEvents":
        return [
            Asked(
                "events:PutEvents",
                _bus(request, str(entry.get("EventBusName") or "default")),
                {"events:source": (entry.get("Source", ""),), "events:detail-type": (entry.get("DetailType", ""),)},
            )
            for entry in request.params["Entries"]
        ]
    if operation in {"CreateEventBus", "DeleteEventBus", "DescribeEventBus"}:
        return [Asked(f"events:{operation}", _bus(request, request.text("Name") or "default"))]
    if operation in {"ListEventBuses", "ListRules", "ListRuleNamesByTarget"}:
        return [Asked(f"events:{operation}", "*")]
    if operation not in _ON_A_RULE:
        return None
    return [Asked(f"events:{operation}", _rule(request)), *_passed(request)]


def _bus(request: ApiRequest, name: str) -> str:
    return name if name.startswith("arn:") else request.arn(f"event-bus/{name}")


def _rule(request: ApiRequest) -> str:
    bus = request.text("EventBusName").rpartition("/")[2]
    name = request.text("Rule") or request.text("Name")
    return request.arn(f"rule/{name}" if bus in {"", "default"} else f"rule/{bus}/{name}")


def _passed(request: ApiRequest) -> list[Asked]:
    roles = [request.text("RoleArn"), *(target.get("RoleArn", "") for target in request.params.get("Targets") or ())]
    context = {"iam:passedtoservice": ("events.amazonaws.com",)}
    return [Asked("iam:PassRole", role, context) for role in roles if role]
