"""The permissions of Step Functions's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.passing import passes
from infra.local.iam.requests.reading import ApiRequest

_ON_AN_EXECUTION = frozenset({"DescribeExecution", "GetExecutionHistory", "StopExecution"})
_ON_A_MACHINE = frozenset(
    {"DeleteStateMachine", "DescribeStateMachine", "ListExecutions", "StartExecution", "UpdateStateMachine"}
)
_OF_TOKENS = frozenset({"ListStateMachines", "SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess"})


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = request.operation
    action = f"states:{operation}"
    if operation in _ON_AN_EXECUTION:
        return [Asked(action, request.text("executionArn"))]
    if operation == "CreateStateMachine":
        machine = Asked(action, request.arn(f"stateMachine:{request.text('name')}"))
        return [machine, *passes(request, "roleArn", "states.amazonaws.com")]
    if operation in _ON_A_MACHINE:
        machine = Asked(action, request.text("stateMachineArn"))
        return [machine, *passes(request, "roleArn", "states.amazonaws.com")]
    return [Asked(action, "*")] if operation in _OF_TOKENS else None
