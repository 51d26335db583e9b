"""What the functions of releases may do to the models' endpoints, and to the records of releases."""

from __future__ import annotations

from collections.abc import Sequence

from infra.constructs.permissions import EVERY_VERSION, Permission, allow, list_keys
from infra.constructs.stack import SerinStack

_LOGS = ("predictions", "invocations", "shadow")
EVERY_STACK = "A stack's ARN ends in an id that only CloudFormation knows."
NO_LAYER_NAMED = "Lambda lists a layer's versions without a resource that a policy could name."
NO_METRICS_NAMED = "CloudWatch's metrics and alarms are read without a resource that a policy could name."


class ReleasePermissions:
    """Permissions on what belongs to these models."""

    def __init__(self, stack: SerinStack, models: Sequence[str]) -> None:
        self._addresses = stack.addresses
        self._names = stack.names
        self._models = models

    def records(self) -> list[Permission]:
        """Read and write what is known of releases, and say who waits."""
        catalog, control = self._addresses.table("catalog"), self._addresses.table("control")
        return [
            allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=catalog),
            allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem", on=control),
            allow("states:StartExecution", on=self._addresses.machine("release")),
            allow("sns:Publish", on=self._addresses.topic("notices")),
        ]

    def evidence(self) -> list[Permission]:
        """Read the log of predictions and what CloudWatch counts, and keep what a shadow has shown."""
        lake = self._addresses.bucket("lake")
        return [
            *(list_keys(lake, f"{log}/") for log in _LOGS),
            allow("s3:GetObject", on=self._addresses.objects("lake", *(f"{log}/*" for log in _LOGS))),
            allow("s3:PutObject", on=self._addresses.objects("lake", "shadow/*")),
            Permission(("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"), ("*",), why=NO_METRICS_NAMED),
        ]

    def putting_back(self) -> list[Permission]:
        """Move an alias, and keep nothing of a version warm."""
        return [
            # An alias is looked at and moved by a permission on its function.
            allow("lambda:GetAlias", "lambda:UpdateAlias", on=self._functions()),
            self._versions("lambda:GetProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig"),
        ]

    def publishing(self) -> list[Permission]:
        """A model's layer, and a version of predict with it beside the layers its stack has recorded."""
        prefixes = [self._names.stack(f"endpoint-{model}-*") for model in self._models]
        usable = [*self._layers(), *(self._addresses.layer(prefix) for prefix in prefixes)]
        parameters = [self._addresses.parameter(f"endpoints/{model}/layers") for model in self._models]
        stacks = [f"{self._addresses.stack(f'endpoint-{model}')}*" for model in self._models]
        return [
            allow("s3:GetObject", on=self._addresses.objects("artifacts", "models/*")),
            allow("ssm:GetParameter", on=parameters),
            allow("cloudformation:DescribeStacks", on=stacks, why=EVERY_STACK),
            allow("lambda:PublishLayerVersion", on=self._layers()),
            allow("lambda:ListLayerVersions", on="*", why=NO_LAYER_NAMED),
            allow("lambda:DeleteLayerVersion", on=[f"{layer}:*" for layer in self._layers()], why=EVERY_VERSION),
            allow("lambda:GetLayerVersion", on=[f"{layer}:*" for layer in usable], why=EVERY_VERSION),
            allow("lambda:ListVersionsByFunction", on=self._functions()),
            # On versions only: nobody here may delete a function.
            self._versions("lambda:DeleteFunction", "lambda:PutProvisionedConcurrencyConfig"),
            allow(
                *("lambda:GetFunction", "lambda:GetFunctionConfiguration"),
                *("lambda:UpdateFunctionConfiguration", "lambda:PublishVersion"),
                "lambda:InvokeFunction",
                on=[arn for function in self._functions() for arn in (function, f"{function}:*")],
                why=EVERY_VERSION,
            ),
        ]

    def _versions(self, *actions: str) -> Permission:
        return allow(*actions, on=[f"{function}:*" for function in self._functions()], why=EVERY_VERSION)

    def _functions(self) -> list[str]:
        return [self._addresses.function("predict", model) for model in self._models]

    def _layers(self) -> list[str]:
        return [self._addresses.layer(self._names.model_layer(model)) for model in self._models]
