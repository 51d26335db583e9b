"""The one way to make a function: own role, own log, own dead letters, layers checked for size."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.environment import variables
from infra.constructs.logs import retention_of
from infra.constructs.permissions import allow
from infra.constructs.queues import dead_letters
from infra.constructs.sizes import check_size
from infra.constructs.stack import SerinStack


class ServiceFunction(Construct):
    """functions/`name`, for one model where `model` is given.

    `environment` names the variables it reads. `asynchronous` functions, whose caller does not
    wait, get a queue for the events they failed on. `reserved_layers` is the room kept for layers
    that a release adds.
    """

    def __init__(
        self,
        stack: SerinStack,
        name: str,
        *,
        layers: Sequence[str],
        environment: Sequence[str] = (),
        permissions: Sequence[iam.PolicyStatement] = (),
        memory: int,
        timeout: cdk.Duration,
        model: str | None = None,
        asynchronous: bool = False,
        reserved_layers: int = 0,
    ) -> None:
        super().__init__(stack, _logical(name, model))
        self.full_name = stack.names.function(name, model)
        self.layers = [stack.layer(layer) for layer in layers]
        self.log = self._log(stack)
        self.role = self._role(permissions)
        code = stack.deployment.packages.function(name)
        sizes = {layer: stack.deployment.packages.layer(layer).size for layer in layers}
        check_size(self.full_name, code.size, sizes, reserved_layers)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.full_name,
            runtime=stack.runtime,
            architecture=stack.architecture,
            handler="handler.handle",
            code=lambda_.Code.from_asset(
                str(code.folder), asset_hash=code.hash, asset_hash_type=cdk.AssetHashType.CUSTOM
            ),
            layers=self.layers,
            role=self.role,
            log_group=self.log,
            environment=variables(stack, environment, model),
            memory_size=memory,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=dead_letters(self, "DeadLetters", f"{self.full_name}-dead") if asynchronous else None,
        )

    @property
    def arn(self) -> str:
        """The function's ARN, without a version."""
        return self.function.function_arn

    def _log(self, stack: SerinStack) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=stack.names.function_log(self.full_name),
            retention=retention_of(stack.settings),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _role(self, permissions: Sequence[iam.PolicyStatement]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        role.add_to_policy(allow("logs:CreateLogStream", "logs:PutLogEvents", on=self.log.log_group_arn))
        for statement in permissions:
            role.add_to_policy(statement)
        return role


def _logical(name: str, model: str | None) -> str:
    words = [name.replace("_", "-"), *([model] if model else [])]
    return "".join(word.capitalize() for word in "-".join(words).split("-"))
