"""The one way to make a function: own role, own log, a place for what failed, layers checked for size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.environment import variables
from infra.constructs.logs import retention_of
from infra.constructs.permissions import (
    EVERY_STREAM,
    NOTHING_TO_NAME,
    UNTRACED,
    Permission,
    allow,
    grant,
    keep_wildcard,
)
from infra.constructs.sizes import check_size
from infra.constructs.stack import SerinStack, code_of

Caller = Literal["event", "queue", "workflow", "http"]

# Who calls and waits keeps what failed; only an event's sender does not.
KEPT: Mapping[Caller, str] = {
    "event": "What fails goes to a queue with Lambda's record of it, which names the function; a dead letter does not.",
    "queue": "A message that fails goes back to its queue, and after five times to the queue's dead letters.",
    "workflow": "Step Functions waits for the answer, retries, and records the failure of the execution.",
    "http": "Whoever called waits for the answer and sees the error; there is no event to keep.",
}

_JSON_REPORTS: Mapping[str, Any] = {
    "logging_format": lambda_.LoggingFormat.JSON,
    # Less would leave out the reports of calls that went well, more says everything twice.
    "system_log_level_v2": lambda_.SystemLogLevel.INFO,
}


SERIALLY = {"JOBLIB_MULTIPROCESSING": "0"}
"""Lambda has no semaphores: joblib would try at every start, warn in a line that is no JSON, and go on without."""


class ServiceFunction(Construct):
    """functions/`name`, for one model where `model` is given.

    `environment` names the variables it reads. `called_by` decides where failures wait: a function called by events,
    whose sender does not wait, leaves them in the queue `failed`, the model's or the stage's. `memory` and `disk`
    are megabytes; without the latter it is Lambda's 512. `reserved_layers` is the room kept for layers that a
    release adds. With `reports_in_json` Lambda's own lines are JSON, for whoever counts by them. Its log is kept as the
    stage says, and never longer than `log_no_longer_than`.
    """

    def __init__(
        self,
        stack: SerinStack,
        name: str,
        *,
        layers: Sequence[str],
        called_by: Caller,
        environment: Sequence[str] = (),
        permissions: Sequence[Permission] = (),
        memory: int,
        disk: int | None = None,
        timeout: cdk.Duration,
        model: str | None = None,
        reserved_layers: int = 0,
        reports_in_json: bool = False,
        log_no_longer_than: timedelta | None = None,
    ) -> None:
        super().__init__(stack, _logical(name, model))
        self.full_name = stack.names.function(name, model)
        self.layers = [stack.layer(layer) for layer in layers]
        self.log = self._log(stack, log_no_longer_than)
        failed = stack.addresses.queue("failed", model) if called_by == "event" else None
        self.role = self._role(stack, [*permissions, *([allow("sqs:SendMessage", on=failed)] if failed else [])])
        traced = stack.deployment.traces(model)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.full_name,
            runtime=stack.runtime,
            architecture=stack.architecture,
            handler="handler.handle",
            code=self._code(stack, name, layers, reserved_layers),
            layers=self.layers,
            role=self.role,
            log_group=self.log,
            **(_JSON_REPORTS if reports_in_json else {}),
            environment={**variables(stack, environment, model), **(SERIALLY if "science" in layers else {})},
            memory_size=memory,
            ephemeral_storage_size=cdk.Size.mebibytes(disk) if disk else None,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE if traced else lambda_.Tracing.DISABLED,
        )
        if traced:
            keep_wildcard(self.role, "*", NOTHING_TO_NAME)
        else:
            acknowledge(self.function, "Serverless-LambdaTracing", UNTRACED)
        if failed:
            self._keep_what_failed(failed)
        acknowledge(self.function, "Serverless-LambdaDLQ", KEPT[called_by])

    @property
    def arn(self) -> str:
        """The function's ARN, without a version."""
        return self.function.function_arn

    def _code(self, stack: SerinStack, name: str, layers: Sequence[str], reserved_layers: int) -> lambda_.Code:
        packages = stack.deployment.packages
        code = packages.function(name)
        check_size(self.full_name, code.size, {layer: packages.layer(layer).size for layer in layers}, reserved_layers)
        return code_of(code)

    def _log(self, stack: SerinStack, no_longer_than: timedelta | None) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=stack.names.function_log(self.full_name),
            retention=retention_of(stack.settings, no_longer_than),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _role(self, stack: SerinStack, permissions: Sequence[Permission]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        own_log = allow(
            *("logs:CreateLogStream", "logs:PutLogEvents"),
            on=stack.addresses.log_streams(stack.names.function_log(self.full_name)),
            why=EVERY_STREAM,
        )
        grant(role, [own_log, *permissions])
        return role

    def _keep_what_failed(self, queue: str) -> None:
        config = lambda_.CfnEventInvokeConfig(
            self,
            "WhatFailed",
            function_name=self.function.function_name,
            qualifier="$LATEST",
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=queue)
            ),
        )
        # Lambda asks at once whether the role may send there.
        config.node.add_dependency(self.role)


def _logical(name: str, model: str | None) -> str:
    words = "".join(word.capitalize() for word in name.split("_"))
    return f"{words}-{model}" if model else words
