"""The gateway's route table, read from the API that was deployed."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from moto.apigatewayv2.models import Api, apigatewayv2_backends

from infra.local.iam.errors import AccessDenied
from infra.local.iam.evaluation import Asked, Caller
from infra.local.iam.keys import key_of
from infra.local.services.apigatewayv2.model import Authorizer, Cors, Route, RouteTable, Signer, Throttle
from infra.local.wiring import ACCOUNT, wiring

_FUNCTION = re.compile(r"arn:aws:lambda:[^/]+")


def route_table(region: str) -> RouteTable:
    """The one HTTP API as it is now; without routes before it is deployed."""
    apis = apigatewayv2_backends[ACCOUNT][region].apis
    api = next(iter(apis.values()), None)
    if api is None:
        return RouteTable(ACCOUNT, "", region, ())
    stage = api.stages.get("$default")
    own = stage.route_settings if stage else {}
    routes = tuple(_route(api, route, own) for route in list(api.routes.values()))
    return RouteTable(
        ACCOUNT,
        api.api_id,
        region,
        routes,
        throttle=_throttle(stage.default_route_settings if stage else {}),
        cors=_cors(api.cors_configuration),
        may_invoke=_may_invoke,
        signer=_signer,
    )


def _cors(settings: Any) -> Cors | None:
    """Templates write the names in capitals, and numbers as text."""
    given = {name[0].lower() + name[1:]: value for name, value in (settings or {}).items()}
    if not given:
        return None
    age = given.get("maxAge")
    return Cors(
        origins=tuple(given.get("allowOrigins") or ()),
        methods=tuple(given.get("allowMethods") or ()),
        headers=tuple(given.get("allowHeaders") or ()),
        exposed=tuple(given.get("exposeHeaders") or ()),
        credentials=_is_true(given.get("allowCredentials")),
        max_age_s=None if age is None else int(age),
    )


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _may_invoke(function_arn: str, source_arn: str) -> bool:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions"""
    try:
        wiring().guard.service_may("apigateway.amazonaws.com", "lambda:InvokeFunction", function_arn, source_arn)
    except AccessDenied:
        return False
    return True


def _signer(access_key_id: str) -> Signer | None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html"""
    key = key_of(access_key_id)
    if key is None:
        return None
    identity = {
        "accessKey": access_key_id,
        "accountId": key.caller.account,
        "callerId": key.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": key.caller.arn,
        "userId": key.user_id,
    }
    return Signer(access_key_id, key.secret, key.session_token, identity, partial(_may_call, key.caller))


def _may_call(caller: Caller, arn: str) -> bool:
    return wiring().guard.refusal(caller, Asked("execute-api:Invoke", arn)) is None


def _route(api: Api, route: Any, settings: dict[str, Any]) -> Route:
    integration = api.get_integration(route.target.removeprefix("integrations/"))
    timeout_ms = integration.timeout_in_millis
    return Route(
        key=route.route_key,
        function_arn=_function_arn(integration.integration_uri),
        authorizer=_authorizer(api, route.authorizer_id),
        timeout_s=float(timeout_ms) / 1000 if timeout_ms else 30.0,
        throttle=_throttle(settings.get(route.route_key) or {}),
        signed=route.authorization_type == "AWS_IAM",
    )


def _authorizer(api: Api, authorizer_id: str | None) -> Authorizer | None:
    if not authorizer_id:
        return None
    authorizer = api.get_authorizer(authorizer_id)
    return Authorizer(
        authorizer.id,
        _function_arn(authorizer.authorizer_uri),
        tuple(authorizer.identity_source),
        float(authorizer.auth_result_ttl),
    )


def _throttle(settings: dict[str, Any]) -> Throttle | None:
    rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
    return None if rate is None or burst is None else Throttle(float(rate), int(burst))


def _function_arn(uri: str) -> str:
    """API Gateway wraps the function's ARN in a path of its own in some places."""
    match = _FUNCTION.search(uri)
    return match.group(0) if match else uri
