"""What AWS's services do on a role's behalf where nobody sees a request: the calls, when they come, and their source.

Each needs the role's permission, so the guard is asked for it at the very moment; what happens without is AWS's too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from infra.local.iam.errors import AccessDenied
from infra.local.wiring import Guard

Moment = Literal["a traced invocation", "a traced execution", "a machine with a log"]


@dataclass(frozen=True)
class PlatformCalls:
    """Actions on `*`, which have no resources a policy could name."""

    when: Moment
    actions: tuple[str, ...]
    source: str


_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")

PLATFORM_CALLS = (
    # Without these Lambda drops the traces and says nothing.
    PlatformCalls("a traced invocation", _TRACES, "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html"),
    PlatformCalls(
        "a traced execution",
        (*_TRACES, "xray:GetSamplingRules", "xray:GetSamplingTargets"),
        "https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html",
    ),
    # Without these CreateStateMachine fails.
    PlatformCalls(
        "a machine with a log",
        (
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        ),
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy",
    ),
)


def perform(guard: Guard, when: Moment, role_arn: str) -> bool:
    """Ask for every call of that moment with the role; False when one of them was denied."""
    wanted = [action for calls in PLATFORM_CALLS if calls.when == when for action in calls.actions]
    denied = [action for action in wanted if not _may(guard, role_arn, action)]
    return not denied


def _may(guard: Guard, role_arn: str, action: str) -> bool:
    try:
        guard.role_may(role_arn, action, "*")
    except AccessDenied:
        return False
    return True
