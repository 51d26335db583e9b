"""Step Functions, Systems Manager, CloudWatch and its logs, CloudFormation and STS."""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.passing import passes
from infra.local.iam.requests.reading import ApiRequest, named

_ON_AN_EXECUTION = frozenset({"DescribeExecution", "GetExecutionHistory", "StopExecution"})
_ON_A_MACHINE = frozenset(
    {"DeleteStateMachine", "DescribeStateMachine", "ListExecutions", "StartExecution", "UpdateStateMachine"}
)
_OF_TOKENS = frozenset({"ListStateMachines", "SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess"})
_ON_A_LOG = named(
    """
    CreateLogGroup CreateLogStream DeleteLogGroup DescribeLogStreams FilterLogEvents GetLogEvents PutLogEvents
    PutRetentionPolicy PutSubscriptionFilter
    """
)
_ON_NO_METRIC = frozenset({"GetMetricData", "GetMetricStatistics", "ListMetrics"})
_ON_A_STACK = named(
    """
    CreateChangeSet CreateStack DeleteChangeSet DeleteStack DescribeChangeSet DescribeStackEvents
    DescribeStackResources DescribeStacks ExecuteChangeSet GetTemplate ListStackResources UpdateStack
    """
)


def states(request: ApiRequest) -> Iterable[Asked] | None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html"""
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


def ssm(request: ApiRequest) -> Iterable[Asked] | None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html"""
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


def logs(request: ApiRequest) -> Iterable[Asked] | None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html"""
    operation = request.operation
    if operation == "DescribeLogGroups":
        return [Asked("logs:DescribeLogGroups", request.arn("log-group::log-stream:"))]
    if operation not in _ON_A_LOG:
        return None
    group = request.text("logGroupName") or request.text("logGroupIdentifier").rpartition(":log-group:")[2]
    return [Asked(f"logs:{operation}", request.arn(f"log-group:{group}:log-stream:{request.text('logStreamName')}"))]


def cloudwatch(request: ApiRequest) -> Iterable[Asked] | None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"""
    operation = request.operation
    if operation == "PutMetricData":
        return [Asked("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": (request.text("Namespace"),)})]
    if operation in {"PutMetricAlarm", "SetAlarmState"}:
        return [Asked(f"cloudwatch:{operation}", request.arn(f"alarm:{request.text('AlarmName')}", "cloudwatch"))]
    if operation == "DescribeAlarms":
        return [Asked("cloudwatch:DescribeAlarms", request.arn("alarm:*", "cloudwatch"))]
    return [Asked(f"cloudwatch:{operation}", "*")] if operation in _ON_NO_METRIC else None


def cloudformation(request: ApiRequest) -> Iterable[Asked] | None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html"""
    if request.operation not in _ON_A_STACK:
        return None
    name = request.text("StackName") or "*"
    stack = name if name.startswith("arn:") else request.arn(f"stack/{name}/*")
    return [
        Asked(f"cloudformation:{request.operation}", stack),
        *passes(request, "RoleARN", "cloudformation.amazonaws.com"),
    ]


def sts(request: ApiRequest) -> Iterable[Asked] | None:
    """GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/"""
    if request.operation == "GetCallerIdentity":
        return []
    if request.operation != "AssumeRole":
        return None
    given = {"sts:externalid": "ExternalId", "sts:rolesessionname": "RoleSessionName"}
    context = {key: (request.text(name),) for key, name in given.items() if name in request.params}
    return [Asked("sts:AssumeRole", request.text("RoleArn"), context)]
