"""From a registered version to what is live, and the sweeper that finishes what was interrupted."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.bus import call_function, on_event, start_workflow
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import EVERY_VERSION, Permission, allow, publish
from infra.constructs.stack import Deployment, SerinStack
from infra.constructs.workflow import Workflow
from infra.stacks.release_states import release_definition
from serin.domain.charter import Charter


class ReleaseStack(SerinStack):
    """The only roles that may move a live alias."""

    def __init__(self, scope: Construct, deployment: Deployment, charters: Sequence[Charter]) -> None:
        super().__init__(scope, "release", deployment, "Serin: from registered version to live")
        self._models = [charter.model for charter in charters]
        release = self._release_model()
        workflow = Workflow(self, "release", definition=release_definition(release), functions=[release])
        self._start_on_registration(workflow)
        self._reconcile()

    def _start_on_registration(self, workflow: Workflow) -> None:
        rule = on_event(self, "ModelRegistered", "Model Registered")
        given = {
            "model": events.EventField.from_path("$.detail.model"),
            "version": events.EventField.from_path("$.detail.version"),
            "release": events.EventField.event_id,
            "cause": "registered",
            "correlation": events.EventField.from_path("$.detail.correlation"),
        }
        start_workflow(rule, workflow.machine, given, self.names.queue("release-undelivered"))

    def _release_model(self) -> ServiceFunction:
        parameters = [self.addresses.parameter(f"endpoints/{model}/layers") for model in self._models]
        return ServiceFunction(
            self,
            "release_model",
            layers=["core", "charters"],
            environment=["SERIN_ARTIFACTS_BUCKET", "SERIN_CATALOG_TABLE", "SERIN_CONTROL_TABLE", "SERIN_BUS"],
            permissions=[
                allow("s3:GetObject", on=self.addresses.objects("artifacts", "models/*")),
                allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.addresses.table("catalog")),
                allow("dynamodb:GetItem", "dynamodb:PutItem", on=self.addresses.table("control")),
                publish("Release Finished", on=self.addresses.bus()),
                allow("ssm:GetParameter", on=parameters),
                *self._publishing(),
            ],
            called_by="workflow",
            memory=1024,
            timeout=cdk.Duration.minutes(5),
        )

    def _reconcile(self) -> None:
        reconcile = ServiceFunction(
            self,
            "reconcile",
            layers=["core", "charters"],
            environment=["SERIN_ARTIFACTS_BUCKET", "SERIN_CATALOG_TABLE", "SERIN_CONTROL_TABLE", "SERIN_BUS"],
            permissions=[
                allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.addresses.table("catalog")),
                publish("Backfill Wanted", on=self.addresses.bus()),
                allow("dynamodb:GetItem", "dynamodb:PutItem", on=self.addresses.table("control")),
                # An alias is looked at and moved by a permission on its function.
                allow("lambda:GetAlias", "lambda:UpdateAlias", on=self._predict_functions()),
            ],
            memory=512,
            called_by="event",
            timeout=cdk.Duration.minutes(2),
        )
        rule = events.Rule(
            self,
            "ReconcileOften",
            description="Compare what is live with what was intended",
            schedule=events.Schedule.rate(cdk.Duration.minutes(self.settings.reconcile_minutes)),
        )
        call_function(rule, reconcile, self.names.queue("reconcile-undelivered"))

    def _of_predict(self, *actions: str) -> Permission:
        """On each predict function, its versions and its alias."""
        functions = self._predict_functions()
        return allow(
            *actions, on=[arn for function in functions for arn in (function, f"{function}:*")], why=EVERY_VERSION
        )

    def _predict_functions(self) -> list[str]:
        return [self.addresses.function("predict", model) for model in self._models]

    def _publishing(self) -> list[Permission]:
        """A model's layer, and a version of predict with it beside the layers its stack has recorded."""
        prefixes = [self.names.stack(f"endpoint-{model}-*") for model in self._models]
        layers = [self.addresses.layer(self.names.model_layer(model)) for model in self._models]
        usable = [*layers, *(self.addresses.layer(prefix) for prefix in prefixes)]
        return [
            allow("lambda:PublishLayerVersion", on=layers),
            allow("lambda:GetLayerVersion", on=[f"{layer}:*" for layer in usable], why=EVERY_VERSION),
            self._of_predict(
                *("lambda:GetFunction", "lambda:GetFunctionConfiguration"),
                *("lambda:UpdateFunctionConfiguration", "lambda:PublishVersion"),
                *("lambda:GetAlias", "lambda:UpdateAlias", "lambda:InvokeFunction"),
            ),
        ]
