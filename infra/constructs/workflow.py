"""The one way to make a state machine: Amazon States Language with JSONPath, calling functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.alarms import FIVE_MINUTES, Bad, Notice, alarm
from infra.constructs.function import ServiceFunction
from infra.constructs.logs import retention_of
from infra.constructs.permissions import UNTRACED, Permission, allow, grant, keep_wildcard
from infra.constructs.stack import SerinStack
from serin.domain.cut_plan import PIECES_AT_ONCE

State = Mapping[str, Any]
_EVERY_EXECUTION = "Step Functions names a map's children itself."
_RESULTS = ("s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")

LAMBDA_TROUBLES = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]
RETRY = [
    # An account that is new runs some ten functions at once: a place is free again after minutes, not seconds.
    {
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 2,
        "MaxAttempts": 10,
        "BackoffRate": 1.6,
    },
    {"ErrorEquals": LAMBDA_TROUBLES, "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2},
    # What a function raises when AWS did not answer it (serin.domain.errors).
    {"ErrorEquals": ["Unavailable"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2},
]


def call(function: str, payload: State | str, **rest: Any) -> dict[str, Any]:
    """A task that calls a function, by its ARN, and waits for its answer; its passing troubles are retried.

    `payload` is an object, whose keys that end in `.$` hold paths, or one path.
    """
    given = {"Payload.$": payload} if isinstance(payload, str) else {"Payload": payload}
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, **given},
        "Retry": RETRY,
        **rest,
    }


def call_and_wait(function: str, payload: State, **rest: Any) -> dict[str, Any]:
    """The same, but it ends once somebody sends success by the task's token, which the payload holds."""
    waits = {"Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken"}
    return call(function, payload, **rest) | waits


def answer_at(path: str) -> dict[str, Any]:
    """Keep only what the function answered, as `<path>.answer`."""
    return {"ResultSelector": {"answer.$": "$.Payload"}, "ResultPath": path}


def distributed(label: str, bucket: str, items: str, prefix: str, **rest: Any) -> dict[str, Any]:
    """A map over the items of a JSON list in a bucket, each an execution of its own.

    `items` is the path of the list's key. States hand on 256 KB at most, which the answers of some thousand items are
    more than: they lie below `prefix`, which is an expression.
    """
    resource = f"arn:{Aws.PARTITION}:states:::s3"
    return {
        "Type": "Map",
        "Label": label,
        "ItemReader": {
            "Resource": f"{resource}:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": bucket, "Key.$": items},
        },
        "MaxConcurrency": PIECES_AT_ONCE,
        "ResultWriter": {
            "Resource": f"{resource}:putObject",
            "Parameters": {"Bucket": bucket, "Prefix.$": prefix},
        },
        **rest,
    }


def maps_itself(stack: SerinStack, machine: str, items: str, results: str) -> list[Permission]:
    """What a machine with a distributed map may do: read its lists and write its results, both below the lake.

    The children of a distributed map are executions of the machine.
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    return [
        allow("s3:GetObject", on=stack.addresses.objects("lake", items)),
        allow(*_RESULTS, on=stack.addresses.objects("lake", results)),
        allow("states:StartExecution", on=stack.addresses.machine(machine)),
        allow(
            *("states:DescribeExecution", "states:StopExecution"),
            on=stack.addresses.executions(machine),
            why=_EVERY_EXECUTION,
        ),
    ]


class Workflow(Construct):
    """The state machine `name`; `definition` is its States Language.

    `functions` are all it may call, and `others` the ARNs of those that belong to other stacks;
    `permissions` are what it may beside that. `model` is whose it is,
    None where all share it.
    """

    def __init__(
        self,
        stack: SerinStack,
        name: str,
        *,
        definition: State,
        functions: Sequence[ServiceFunction],
        others: Sequence[str] = (),
        permissions: Sequence[Permission] = (),
        model: str | None = None,
    ) -> None:
        super().__init__(stack, f"Machine-{name}")
        self.full_name = stack.names.machine(name)
        traced = stack.deployment.traces(model)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=self.full_name,
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            role=self._role([*(function.arn for function in functions), *others], permissions),
            logs=sfn.LogOptions(destination=self._log(stack), level=sfn.LogLevel.ALL, include_execution_data=False),
            tracing_enabled=traced,
        )
        if not traced:
            acknowledge(self.machine, "AwsSolutions-SF2", UNTRACED)
            acknowledge(self.machine, "Serverless-StepFunctionStateMachineXray", UNTRACED)

    def tell_of_failures(self, stack: SerinStack, name: str, notice: Notice) -> None:
        """An alarm for five minutes after an execution has failed."""
        failed = cloudwatch.Metric(
            namespace="AWS/States",
            metric_name="ExecutionsFailed",
            dimensions_map={"StateMachineArn": self.machine.state_machine_arn},
            statistic="Sum",
            period=FIVE_MINUTES,
        )
        alarm(self, "Failures", stack.names.alarm(name), failed, Bad(), notice)

    def _log(self, stack: SerinStack) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            # Step Functions and API Gateway may write to this prefix without a policy of their own.
            log_group_name=f"/aws/vendedlogs/states/{self.full_name}",
            retention=retention_of(stack.settings),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _role(self, functions: Sequence[str], permissions: Sequence[Permission]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        grant(role, [allow("lambda:InvokeFunction", on=functions), *permissions])
        keep_wildcard(role, "*", "Log delivery and X-Ray have no resources that a policy could name.")
        return role
