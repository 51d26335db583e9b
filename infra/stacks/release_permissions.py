"""What the functions of releases may do to the models' endpoints, and to the records of releases."""

from __future__ import annotations

from infra.constructs.permissions import EVERY_MODELS, EVERY_VERSION, Permission, allow, allow_items, list_keys
from infra.constructs.stack import SerinStack
from infra.names import EVERY_MODEL

_LOGS = ("predictions", "invocations", "shadow")
NO_LAYER_NAMED = "Lambda lists a layer's versions without a resource that a policy could name."
NO_METRICS_NAMED = "CloudWatch's metrics and alarms are read without a resource that a policy could name."


class ReleasePermissions:
    """Permissions on what belongs to the models of a stage, whichever there are."""

    def __init__(self, stack: SerinStack) -> None:
        self._addresses = stack.addresses
        self._names = stack.names

    def records(self) -> list[Permission]:
        """Read and write what is known of releases, and say who waits."""
        catalog, control = self._addresses.table("catalog"), self._addresses.table("control")
        return [
            allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=catalog),
            allow("dynamodb:Query", on=self._addresses.index("catalog", "by-moment")),
            allow_items(
                *("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"),
                on=control,
                of=["DIRECTIVE#*", "LEASE#*", "LIVE#*", "PARKED#*"],
            ),
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
            allow("lambda:GetAlias", "lambda:UpdateAlias", on=self._function, why=EVERY_MODELS),
            self._versions("lambda:GetProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig"),
        ]

    def publishing(self) -> list[Permission]:
        """A model's layer, and a version of predict with it beside the layers its stack has recorded."""
        layer = self._addresses.layer(self._names.model_layer(EVERY_MODEL))
        usable = [f"{layer}:*", f"{self._addresses.layer(self._names.stack('endpoint-*'))}:*"]
        parameters = self._addresses.parameter(f"endpoints/{EVERY_MODEL}/layers")
        stacks = f"{self._addresses.stacks('endpoint-')}*"
        return [
            allow("s3:GetObject", on=self._addresses.objects("artifacts", "models/*")),
            allow("ssm:GetParameter", on=parameters, why=EVERY_MODELS),
            allow("cloudformation:DescribeStacks", on=stacks, why=EVERY_MODELS),
            allow("lambda:PublishLayerVersion", on=layer, why=EVERY_MODELS),
            allow("lambda:ListLayerVersions", on="*", why=NO_LAYER_NAMED),
            allow("lambda:DeleteLayerVersion", on=f"{layer}:*", why=EVERY_VERSION),
            allow("lambda:GetLayerVersion", on=usable, why=EVERY_VERSION),
            allow("lambda:ListVersionsByFunction", on=self._function, why=EVERY_MODELS),
            # On versions only: nobody here may delete a function.
            self._versions("lambda:DeleteFunction", "lambda:PutProvisionedConcurrencyConfig"),
            allow(
                *("lambda:GetFunction", "lambda:GetFunctionConfiguration"),
                *("lambda:UpdateFunctionConfiguration", "lambda:PublishVersion"),
                "lambda:InvokeFunction",
                on=[self._function, f"{self._function}:*"],
                why=EVERY_MODELS,
            ),
        ]

    def _versions(self, *actions: str) -> Permission:
        return allow(*actions, on=f"{self._function}:*", why=EVERY_VERSION)

    @property
    def _function(self) -> str:
        return self._addresses.function("predict", EVERY_MODEL)
