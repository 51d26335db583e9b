"""The one HTTP API of a stage, who may call it, and the function behind all routes but predictions."""

from __future__ import annotations

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.constructs.alarms import Bad, Notice, about, alarm
from infra.constructs.function import ServiceFunction
from infra.constructs.logs import retention_of
from infra.constructs.permissions import (
    EVERY_MODELS,
    EVERY_VERSION,
    WOKEN_BY_TOKEN,
    Permission,
    allow,
    allow_items,
    list_keys,
    publish,
)
from infra.constructs.personal_data import PersonalData
from infra.constructs.routes import function_routes
from infra.constructs.stack import Deployment, SerinStack
from infra.names import EVERY_MODEL
from infra.stacks.watch import REPORTS
from serin.domain.access import REVOCATION_LAG
from serin.domain.charter import Charter

ROUTES = (
    "GET /openapi.json",
    "GET /uploads",
    "GET /datasets",
    "GET /datasets/{dataset}",
    "GET /sources",
    "GET /datasets/{dataset}/profile",
    "GET /runs",
    "GET /runs/compare",
    "GET /models",
    "GET /models/{model}/versions",
    "GET /models/{model}/versions/{version}/lineage",
    "GET /models/{model}/versions/{version}/card",
    "GET /models/{model}/releases",
    "GET /models/{model}/releases/{release}",
    "GET /models/{model}/views",
    "GET /models/{model}/plan",
    "GET /models/{model}/maturity",
    "GET /models/{model}/watch",
    "GET /models/{model}/health",
    "GET /models/{model}/cost",
    "GET /models/{model}/ping",
    "GET /models/{model}/v2",
    "GET /models/{model}/v2/{path+}",
    "GET /predictions/{prediction}",
    "GET /approvals",
    "GET /audit",
    "POST /models/{model}/approvals/{approval}",
    "POST /models/{model}/train",
    "POST /models/{model}/releases",
    "POST /models/{model}/releases/{release}/{wish}",
    "POST /models/{model}/versions/{version}/withdraw",
    "POST /models/{model}/watch/{episode}/acknowledge",
    "POST /models/{model}/watch/{episode}/close",
    "POST /models/{model}/feedback",
    "POST /models/{model}/batch",
    "GET /models/{model}/batch/{batch}",
    "POST /get-online-features",
    "POST /models/{model}/views",
)
PAGES = ("GET /", "GET /console/{proxy+}", "POST /console/{proxy+}")
"""The console, whose sessions the function checks."""
_EVERY_BATCH = "A batch is named when it is asked for."
ACCESS_LOG = {
    "request_id": "$context.requestId",
    "at": "$context.requestTimeEpoch",
    "route": "$context.routeKey",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "owner": "$context.authorizer.owner",
    "identity": "$context.identity.userArn",
    "error": "$context.error.message",
    "integration_error": "$context.integrationErrorMessage",
}


class ApiStack(SerinStack):
    """Endpoint stacks add their own routes; they find this API by its parameters."""

    def __init__(self, scope: Construct, deployment: Deployment, charters: Sequence[Charter]) -> None:
        # Deleted and made anew it would have another address, which callers and signers do not know.
        super().__init__(scope, "api", deployment, "Serin: the HTTP API", protected=True)
        # Functions and machines behind it send traces to X-Ray where a charter asks; an HTTP API itself cannot.
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
        self.api = http.CfnApi(
            self, "HttpApi", name=self.names.prefix, protocol_type="HTTP", cors_configuration=self._cors()
        )
        self._stage()
        authorizer = self._authorizer()
        self._parameter("id", self.api.ref)
        self._parameter("authorizer", authorizer.ref)
        self._parameter("url", self.api.attr_api_endpoint)
        self._tell_of_failures()
        function = self._api_function(PersonalData(self, charters)).arn
        function_routes(self, "Api", function, ROUTES, self.api.ref, authorizer.ref, PAGES)

    def _cors(self) -> http.CfnApi.CorsProperty | None:
        """What the gateway answers browsers that ask before a page does; without origins they keep every page out."""
        if not self.settings.cors_origins:
            return None
        return http.CfnApi.CorsProperty(
            allow_origins=list(self.settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "idempotency-key"],
            max_age=600,
        )

    def _tell_of_failures(self) -> None:
        failures = cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name="5xx",
            dimensions_map={"ApiId": self.api.ref},
            statistic="Sum",
            period=cdk.Duration.minutes(1),
        )
        notice = Notice(
            about(self, None),
            "calls were answered with a 5xx status, in three of five minutes",
            f"The API's access log {self._log_name} says which route and why; a model that was never released answers "
            f"503 to predictions: `./scripts/serin models`.",
        )
        alarm(self, "Failures", self.names.alarm("api"), failures, Bad(0, 5, 3), notice)

    @property
    def _log_name(self) -> str:
        return f"/aws/vendedlogs/apis/{self.names.prefix}"

    def _stage(self) -> None:
        log = logs.LogGroup(
            self,
            "AccessLog",
            log_group_name=self._log_name,
            retention=retention_of(self.settings),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        http.CfnStage(
            self,
            "DefaultStage",
            api_id=self.api.ref,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=http.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(ACCESS_LOG)
            ),
            default_route_settings=http.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=self.settings.requests_per_second,
                throttling_burst_limit=self.settings.burst,
                detailed_metrics_enabled=True,
            ),
        )

    def _authorizer(self) -> http.CfnAuthorizer:
        authorize = ServiceFunction(
            self,
            "authorize",
            layers=["core"],
            environment=["SERIN_CONTROL_TABLE"],
            permissions=[allow_items("dynamodb:GetItem", on=self.addresses.table("control"), of=["TOKENS"])],
            called_by="http",
            memory=512,
            timeout=cdk.Duration.seconds(10),
        )
        authorizer = http.CfnAuthorizer(
            self,
            "Authorizer",
            api_id=self.api.ref,
            name=self.names.prefix,
            authorizer_type="REQUEST",
            authorizer_uri=self._invocation_of(authorize.arn),
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            identity_source=["$request.header.Authorization"],
            authorizer_result_ttl_in_seconds=int(REVOCATION_LAG.total_seconds()),
        )
        lambda_.CfnPermission(
            self,
            "ApiMayAuthorize",
            action="lambda:InvokeFunction",
            function_name=authorize.arn,
            principal="apigateway.amazonaws.com",
            source_arn=self.addresses.calls(self.api.ref, f"authorizers/{authorizer.ref}"),
        )
        return authorizer

    def _invocation_of(self, function: str) -> str:
        path = f"2015-03-31/functions/{function}/invocations"
        return f"arn:{cdk.Aws.PARTITION}:apigateway:{cdk.Aws.REGION}:lambda:path/{path}"

    def _api_function(self, personal: PersonalData) -> ServiceFunction:
        return ServiceFunction(
            self,
            "api",
            # Rows that were set aside are read, and written again, by what set them aside.
            layers=["core", "web", "data", "charters"],
            environment=[
                "SERIN_CATALOG_TABLE",
                "SERIN_CONTROL_TABLE",
                "SERIN_FEATURES_TABLE",
                "SERIN_TRAINING_ARN_PREFIX",
                "SERIN_RELEASE_ARN",
                "SERIN_BATCH_ARN",
                "SERIN_UPLOADS_BUCKET",
                "SERIN_LAKE_BUCKET",
                "SERIN_ARTIFACTS_BUCKET",
                "SERIN_BUS",
                "SERIN_REQUEST_RATE",
            ],
            permissions=[
                allow("dynamodb:GetItem", "dynamodb:Query", on=self.addresses.table("catalog")),
                allow("dynamodb:Query", on=self.addresses.index("catalog", "by-moment")),
                allow_items(
                    "dynamodb:PutItem",
                    on=self.addresses.table("catalog"),
                    of=[
                        *("WITHDRAWAL#*", "WATCH#*", "APPROVAL#*"),
                        *(f"AUDIT#{area}#*" for area in ("registry", "watch", "people")),
                    ],
                ),
                *self._wishes_and_sessions(),
                allow("dynamodb:BatchGetItem", on=self.addresses.table("online-features")),
                *personal.looked_up,
                allow(
                    "states:StartExecution",
                    on=[
                        self.addresses.machine(f"training-{EVERY_MODEL}"),
                        self.addresses.machine("release"),
                        self.addresses.machine("batch"),
                    ],
                    why=EVERY_MODELS,
                ),
                allow("states:SendTaskSuccess", on="*", why=WOKEN_BY_TOKEN),
                allow("s3:GetObject", on=self.addresses.objects("lake", "reports/profiles/*", REPORTS)),
                allow("s3:PutObject", on=self.addresses.objects("lake", "truth/*/inbox/*")),
                *self._batches(),
                *self._corrections(),
                publish("Backfill Wanted", "Release Abort Wanted", on=self.addresses.bus()),
                *self._showing_predictions(),
            ],
            called_by="http",
            memory=512,
            timeout=cdk.Duration.seconds(30),
        )

    def _wishes_and_sessions(self) -> list[Permission]:
        """What is wished of releases, who is signed in, and tokens; salts of personal values lie in the same table."""
        table = self.addresses.table("control")
        return [
            allow_items("dynamodb:GetItem", on=table, of=["DIRECTIVE#*", "LIVE#*", "SESSION#*", "TOKENS"]),
            allow_items("dynamodb:PutItem", on=table, of=["DIRECTIVE#*", "DIRECTIVES#*", "SESSION#*"]),
            # The audit shows what was wished of releases, and tokens by their digests.
            allow_items("dynamodb:Query", on=table, of=["DIRECTIVES#*", "TOKENS"]),
        ]

    def _corrections(self) -> list[Permission]:
        """Show rows that were set aside, and send one in again."""
        return [
            allow("s3:GetObject", on=self.addresses.objects("lake", "quarantine/*")),
            allow("s3:PutObject", on=self.addresses.objects("uploads", "raw/*/corrected-*")),
        ]

    def _batches(self) -> list[Permission]:
        """Look at the file that is to be scored, remember what was asked, and see how far it is."""
        return [
            allow("s3:GetObject", on=self.addresses.objects("uploads", "batch/*")),
            *(list_keys(self.addresses.bucket(bucket), "batch/") for bucket in ("uploads", "lake")),
            allow("s3:GetObject", on=self.addresses.objects("lake", "batch/*")),
            allow("s3:PutObject", on=self.addresses.objects("lake", "batch/*/asked/*")),
            allow(
                "states:DescribeExecution",
                on=self.addresses.executions("batch"),
                why="A batch is named when it is asked for.",
            ),
        ]

    def _showing_predictions(self) -> list[Permission]:
        """The files of the log, what was said of predictions, and the function versions that answered."""
        versions = f"{self.addresses.function('predict', EVERY_MODEL)}:*"
        return [
            list_keys(self.addresses.bucket("lake"), "predictions/"),
            list_keys(self.addresses.bucket("lake"), "truth/"),
            list_keys(self.addresses.bucket("lake"), "invocations/"),
            allow("s3:GetObject", on=self.addresses.objects("lake", "predictions/*", "truth/*", "invocations/*")),
            allow("lambda:InvokeFunction", on=versions, why=EVERY_VERSION),
        ]

    def _parameter(self, name: str, value: str) -> None:
        ssm.StringParameter(
            self,
            f"Api{name.capitalize()}",
            parameter_name=self.names.parameter(f"api/{name}"),
            string_value=value,
        )
