"""The one way to make a function: own role, own log, own dead letters, layers checked for size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.environment import variables
from infra.constructs.logs import retention_of
from infra.constructs.permissions import EVERY_STREAM, NOTHING_TO_NAME, Permission, allow, grant, keep_wildcard
from infra.constructs.queues import dead_letters
from infra.constructs.sizes import check_size
from infra.constructs.stack import SerinStack, code_of

Caller = Literal["event", "queue", "workflow", "http"]

# Who calls and waits keeps what failed; only an event's sender does not.
KEPT_BY_CALLER: Mapping[Caller, str] = {
    "queue": "A message that fails goes back to its queue, and after five times to the queue's dead letters.",
    "workflow": "Step Functions waits for the answer, retries, and records the failure of the execution.",
    "http": "Whoever called waits for the answer and sees the error; there is no event to keep.",
}

_JSON_REPORTS: Mapping[str, Any] = {
    "logging_format": lambda_.LoggingFormat.JSON,
    # Less would leave out the reports of calls that went well, more says everything twice.
    "system_log_level_v2": lambda_.SystemLogLevel.INFO,
}


class ServiceFunction(Construct):
    """functions/`name`, for one model where `model` is given.

    `environment` names the variables it reads. `called_by` decides where failures wait: a function
    called by events, whose sender does not wait, gets dead letters of its own. `memory` and `disk` are
    megabytes; without the latter it is Lambda's 512. `reserved_layers` is the room kept for layers that a
    release adds. With `reports_in_json` Lambda's own lines are JSON, for whoever counts by them.
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
    ) -> None:
        super().__init__(stack, _logical(name, model))
        self.full_name = stack.names.function(name, model)
        self.layers = [stack.layer(layer) for layer in layers]
        self.log = self._log(stack)
        self.role = self._role(stack, permissions)
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
            environment=variables(stack, environment, model),
            memory_size=memory,
            ephemeral_storage_size=cdk.Size.mebibytes(disk) if disk else None,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=self._dead_letters(called_by),
        )
        keep_wildcard(self.role, "*", NOTHING_TO_NAME)
        if called_by in KEPT_BY_CALLER:
            acknowledge(self.function, "Serverless-LambdaDLQ", KEPT_BY_CALLER[called_by])

    @property
    def arn(self) -> str:
        """The function's ARN, without a version."""
        return self.function.function_arn

    def _code(self, stack: SerinStack, name: str, layers: Sequence[str], reserved_layers: int) -> lambda_.Code:
        packages = stack.deployment.packages
        code = packages.function(name)
        check_size(self.full_name, code.size, {layer: packages.layer(layer).size for layer in layers}, reserved_layers)
        return code_of(code)

    def _log(self, stack: SerinStack) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=stack.names.function_log(self.full_name),
            retention=retention_of(stack.settings),
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

    def _dead_letters(self, called_by: Caller) -> sqs.Queue | None:
        return dead_letters(self, "DeadLetters", f"{self.full_name}-dead") if called_by == "event" else None


def _logical(name: str, model: str | None) -> str:
    words = "".join(word.capitalize() for word in name.split("_"))
    return f"{words}-{model}" if model else words
