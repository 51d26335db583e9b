"""One model's HTTPS endpoint. A deploy never moves its traffic: that is the release workflow's alone."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.constructs.budget import model_budget
from infra.constructs.endpoint_alarms import ALIAS, EndpointAlarms
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import allow_items
from infra.constructs.personal_data import PersonalData
from infra.constructs.routes import function_routes
from infra.constructs.stack import Deployment, SerinStack
from infra.packaging.room import PREDICT_LAYERS
from serin.domain.charter import Charter

# Predictions, the platform's reports, and what the function says of what was no prediction.
_COUNTED_LINES = (
    '{ ($.prediction_id = *) || ($.function = "predict") || '
    '($.type = "platform.report") || ($.type = "platform.initReport") }'
)


class EndpointStack(SerinStack):
    """predict, its alias `live`, its route, its alarms, and the way of its prediction log."""

    def __init__(self, scope: Construct, deployment: Deployment, charter: Charter) -> None:
        model = charter.model
        super().__init__(scope, f"endpoint-{model}", deployment, f"Serin: the endpoint of {model}")
        self._model = model
        predict = self._predict(charter)
        alias = self._live_alias(predict)
        self._layers_for_releases(predict)
        self._collect_predictions(predict)
        EndpointAlarms(self, "Alarms", model, charter.objectives)
        if charter.budget.usd_per_month is not None:
            model_budget(self, model, charter.budget.usd_per_month)
        # One for every protocol, as an API has 300 routes. The other functions' are found before a greedy one; a route
        # for any method would also have what browsers ask first, which shows no token.
        routes = [f"POST /models/{model}/{{proxy+}}"]
        authorizer = self._shared("authorizer") if charter.access == "token" else None
        function_routes(self, "Predict", alias.ref, routes, self._shared("id"), authorizer)

    def _predict(self, charter: Charter) -> ServiceFunction:
        personal = PersonalData(self, [charter])
        return ServiceFunction(
            self,
            "predict",
            model=self._model,
            layers=PREDICT_LAYERS,
            environment=["SERIN_FEATURES_TABLE", "SERIN_RUNTIME", *personal.environment],
            permissions=[
                allow_items(
                    "dynamodb:BatchGetItem", on=self.addresses.table("online-features"), of=[f"{self._model}#*"]
                ),
                *personal.looked_up,
            ],
            called_by="http",
            memory=1769,
            timeout=cdk.Duration.seconds(30),
            reserved_layers=1,
            reports_in_json=True,
            log_no_longer_than=charter.compliance.retention,
        )

    def _live_alias(self, predict: ServiceFunction) -> lambda_.CfnAlias:
        """The bootstrap version, which answers that no model is released yet, and the alias on it.

        No property of the two depends on code: CloudFormation sees no change and leaves them
        alone, whatever the release workflow has made of the alias since.
        """
        resource = predict.function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        resource.override_logical_id("Predict")
        bootstrap = lambda_.CfnVersion(
            self, "Bootstrap", function_name=predict.function.function_name, description="No model released yet"
        )
        bootstrap.override_logical_id("Bootstrap")
        alias = lambda_.CfnAlias(
            self,
            "Live",
            name=ALIAS,
            description="Moved by the release workflow only",
            function_name=predict.function.function_name,
            function_version=bootstrap.attr_version,
        )
        alias.override_logical_id("Live")
        return alias

    def _layers_for_releases(self, predict: ServiceFunction) -> None:
        ssm.StringListParameter(
            self,
            "Layers",
            parameter_name=self.names.parameter(f"endpoints/{self._model}/layers"),
            description="The layers of predict, without the model's own",
            string_list_value=[layer.layer_version_arn for layer in predict.layers],
        )

    def _collect_predictions(self, predict: ServiceFunction) -> None:
        collector = self.addresses.function("collect_predictions")
        logs.CfnSubscriptionFilter(
            self,
            "PredictionLog",
            log_group_name=predict.log.log_group_name,
            filter_pattern=_COUNTED_LINES,
            destination_arn=collector,
        )

    def _shared(self, name: str) -> str:
        return ssm.StringParameter.value_for_string_parameter(self, self.names.parameter(f"api/{name}"))
