"""The HTTP API of a template answers at the gateway, behind its authorizer."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import att, aws, function, ref, resource

ANSWERS = """
def handler(event, context):
    return {"version": context.function_version, "route": event["routeKey"],
            "owner": event["requestContext"].get("authorizer", {}).get("lambda", {}).get("owner")}
"""

AUTHORIZES = """
def handler(event, context):
    return {"isAuthorized": event["headers"].get("authorization") == "Bearer good", "context": {"owner": "ana"}}
"""


def api() -> dict[str, dict[str, Any]]:
    """One API: a public route to a function, a protected one to its alias."""
    path = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    return {
        "Function": function("answers", ANSWERS),
        "Version": resource("Lambda::Version", FunctionName=ref("Function")),
        "Live": resource(
            "Lambda::Alias", FunctionName=ref("Function"), FunctionVersion=att("Version", "Version"), Name="live"
        ),
        "Authorize": function("authorize", AUTHORIZES),
        "Api": resource("ApiGatewayV2::Api", Name="serin", ProtocolType="HTTP"),
        "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True),
        "Authorizer": resource(
            "ApiGatewayV2::Authorizer",
            ApiId=ref("Api"),
            Name="tokens",
            AuthorizerType="REQUEST",
            AuthorizerPayloadFormatVersion="2.0",
            EnableSimpleResponses=True,
            AuthorizerResultTtlInSeconds=60,
            AuthorizerUri={"Fn::Join": ["", [path, att("Authorize"), "/invocations"]]},
            IdentitySource=["$request.header.Authorization"],
        ),
        "ToFunction": integration(att("Function")),
        "ToAlias": integration(ref("Live")),
        "Open": route("GET /ping", "ToFunction"),
        "Closed": route(
            "POST /models/{model}/predict", "ToAlias", AuthorizationType="CUSTOM", AuthorizerId=ref("Authorizer")
        ),
        "Url": resource("SSM::Parameter", Name="/api/url", Type="String", Value=att("Api", "ApiEndpoint")),
    }


def integration(function_arn: dict[str, Any]) -> dict[str, Any]:
    return resource(
        "ApiGatewayV2::Integration",
        ApiId=ref("Api"),
        IntegrationType="AWS_PROXY",
        IntegrationUri=function_arn,
        PayloadFormatVersion="2.0",
    )


def route(key: str, target: str, **more: Any) -> dict[str, Any]:
    to = {"Fn::Join": ["", ["integrations/", ref(target)]]}
    return resource("ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey=key, Target=to, **more)


def asked(cloud: LocalCloud, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{cloud.api_url}/models/m/predict", json={}, headers=headers)


def test_an_open_route_runs_its_function(deployed: Deploy) -> None:
    answer = httpx.get(f"{deployed(api()).api_url}/ping")
    assert (answer.status_code, answer.json()) == (200, {"version": "$LATEST", "route": "GET /ping", "owner": None})


def test_a_protected_route_runs_the_alias_for_who_is_let_in(deployed: Deploy) -> None:
    cloud = deployed(api())
    assert asked(cloud, None).status_code == 401
    assert asked(cloud, "bad").status_code == 403
    answer = asked(cloud, "good").json()
    assert answer == {"version": "1", "route": "POST /models/{model}/predict", "owner": "ana"}


def test_the_templates_endpoint_is_the_gateways_address(deployed: Deploy) -> None:
    cloud = deployed(api())
    assert aws(cloud, "ssm").get_parameter(Name="/api/url")["Parameter"]["Value"] == cloud.api_url


@pytest.mark.parametrize("path", ["/", "/ping/more", "/models/m"])
def test_a_path_nobody_routed_is_not_found(deployed: Deploy, path: str) -> None:
    answer = httpx.get(deployed(api()).api_url + path)
    assert (answer.status_code, json.loads(answer.content)) == (404, {"message": "Not Found"})
