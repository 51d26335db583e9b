from __future__ import annotations

import json

from infra.local.services.logs.filter_pattern import FilterPattern
from tests.infra.conftest import MODELS, SIGNED
from tests.infra.templates import Assembly, flat

PAGES = {"GET /", "GET /console/{proxy+}", "POST /console/{proxy+}"}


def test_every_route_asks_the_authorizer_or_iam_but_those_of_pages_which_ask_for_a_session(aws: Assembly) -> None:
    found = {route["RouteKey"]: route for route in aws.resources("AWS::ApiGatewayV2::Route")}
    signed = {f"POST /models/{model}/{{proxy+}}" for model in SIGNED}
    assert {key for key, route in found.items() if route["AuthorizationType"] == "AWS_IAM"} == signed
    assert {key for key, route in found.items() if route["AuthorizationType"] == "NONE"} == PAGES
    for key, route in found.items():
        assert route["AuthorizationType"] in ("CUSTOM", "AWS_IAM", "NONE")
        assert ("AuthorizerId" in route) == (key not in signed | PAGES)


def test_each_endpoint_owns_one_route_for_all_that_is_asked_of_its_model(aws: Assembly) -> None:
    for model in MODELS:
        resources = aws.templates[f"endpoint-{model}"]["Resources"].values()
        keys = [item["Properties"]["RouteKey"] for item in resources if item["Type"] == "AWS::ApiGatewayV2::Route"]
        assert keys == [f"POST /models/{model}/{{proxy+}}"]


def test_the_api_answers_the_other_routes(aws: Assembly) -> None:
    resources = aws.templates["api"]["Resources"].values()
    keys = {item["Properties"]["RouteKey"] for item in resources if item["Type"] == "AWS::ApiGatewayV2::Route"}
    assert keys > PAGES
    assert keys - PAGES == {
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
    }


def test_the_gateway_may_call_only_for_the_routes_there_are(aws: Assembly) -> None:
    permissions = [
        item
        for item in aws.resources("AWS::Lambda::Permission")
        if item["Principal"] == "apigateway.amazonaws.com" and "authorizers" not in flat(item["SourceArn"])
    ]
    paths = sorted(flat(item["SourceArn"]).partition("/*/*")[2] for item in permissions)
    routes = {route["RouteKey"].partition(" ")[2] for route in aws.resources("AWS::ApiGatewayV2::Route")}
    assert paths == sorted({f"{path.partition('{')[0]}*" if "{" in path else path for path in routes})


def test_the_stage_logs_as_json(aws: Assembly) -> None:
    (stage,) = aws.resources("AWS::ApiGatewayV2::Stage")
    assert "$context.routeKey" in json.loads(stage["AccessLogSettings"]["Format"]).values()


def test_the_access_log_holds_no_token_address_or_query(aws: Assembly) -> None:
    (stage,) = aws.resources("AWS::ApiGatewayV2::Stage")
    fields = set(json.loads(stage["AccessLogSettings"]["Format"]))
    assert fields == {"request_id", "at", "route", "status", "ms", "owner", "identity", "error", "integration_error"}


def test_a_revoked_token_is_known_within_a_minute(aws: Assembly) -> None:
    (authorizer,) = aws.resources("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerResultTtlInSeconds"] == 60
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"


COUNTED = (
    '{"prediction_id":"p1"}',
    '{"function":"predict","outcome":"refused"}',
    '{"type":"platform.report","record":{}}',
    '{"type":"platform.initReport","record":{}}',
)
NOT_COUNTED = ("hello", '{"type":"platform.start","record":{}}', '{"level":"ERROR","errorType":"ValueError"}')


def test_the_collector_is_sent_what_tells_of_calls_and_nothing_else(aws: Assembly) -> None:
    filters = aws.resources("AWS::Logs::SubscriptionFilter")
    assert len(filters) == len(MODELS)
    for item in filters:
        pattern = FilterPattern.parse(item["FilterPattern"])
        assert [pattern.matches(line) for line in (*COUNTED, *NOT_COUNTED)] == [*[True] * 4, *[False] * 3]
        assert flat(item["DestinationArn"]).endswith(":function:serin-dev-collect-predictions")


def test_pages_of_the_stages_origins_may_call_the_api_and_no_others(aws: Assembly) -> None:
    (api,) = aws.resources("AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"] == {
        "AllowHeaders": ["authorization", "content-type", "idempotency-key"],
        "AllowMethods": ["GET", "POST"],
        "AllowOrigins": ["https://shop.example.com"],
        "MaxAge": 600,
    }
