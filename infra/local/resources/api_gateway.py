"""HTTP APIs: moto keeps their records, the gateway serves them."""

from __future__ import annotations

from typing import Any

from moto.apigatewayv2.models import Api, ApiGatewayV2Backend, apigatewayv2_backends

from infra.local.resources.model import Made, Wanted, resource
from infra.local.wiring import wiring
from serin.domain.errors import Invalid


def _backend(wanted: Wanted) -> ApiGatewayV2Backend:
    return apigatewayv2_backends[wanted.account][wanted.region]


def _api(wanted: Wanted) -> Api:
    return _backend(wanted).get_api(wanted.properties["ApiId"])


@resource("AWS::ApiGatewayV2::Api", name="Name")
def api(wanted: Wanted) -> Made:
    """moto skips the type. `ApiEndpoint` is the gateway's own address, so that what is published can be called."""
    backend = _backend(wanted)
    if wanted.properties["ProtocolType"] != "HTTP":
        raise Invalid(
            f"The API {wanted.name} is {wanted.properties['ProtocolType']}.", "The local gateway serves HTTP APIs."
        )
    if backend.apis:
        raise Invalid(
            f"The API {wanted.name} is the second one.", "Put its routes on the first; the gateway serves one API."
        )
    made = backend.create_api(
        api_key_selection_expression="",
        cors_configuration=wanted.get("CorsConfiguration"),
        description=wanted.get("Description", ""),
        disable_schema_validation="",
        disable_execute_api_endpoint=wanted.get("DisableExecuteApiEndpoint", ""),
        name=wanted.name,
        protocol_type="HTTP",
        route_selection_expression="",
        tags=wanted.get("Tags", {}),
        version="",
    )
    made.api_endpoint = wiring().api_url
    return Made(
        made.api_id,
        {"ApiId": made.api_id, "ApiEndpoint": made.api_endpoint},
        delete=lambda: backend.delete_api(made.api_id),
    )


@resource("AWS::ApiGatewayV2::Authorizer", name="Name")
def authorizer(wanted: Wanted) -> Made:
    """moto skips the type."""
    kind = (
        wanted.properties["AuthorizerType"],
        wanted.get("AuthorizerPayloadFormatVersion"),
        wanted.get("EnableSimpleResponses"),
    )
    if kind[0] != "REQUEST" or kind[1] != "2.0" or str(kind[2]).lower() != "true":
        raise Invalid(
            f"The authorizer {wanted.name} is {kind[0]} with payload {kind[1]}.",
            "The local gateway runs REQUEST authorizers with payload 2.0 and simple responses.",
        )
    made = _api(wanted).create_authorizer(
        auth_creds_arn="",
        auth_payload_format_version="2.0",
        auth_result_ttl=wanted.get("AuthorizerResultTtlInSeconds", 300),
        authorizer_type="REQUEST",
        authorizer_uri=wanted.properties["AuthorizerUri"],
        enable_simple_response="true",
        identity_source=wanted.get("IdentitySource", []),
        identity_validation_expr="",
        jwt_config="",
        name=wanted.name,
    )
    return Made(made.id, {"AuthorizerId": made.id}, delete=lambda: _api(wanted).delete_authorizer(made.id))


@resource("AWS::ApiGatewayV2::Integration")
def integration(wanted: Wanted) -> Made:
    """moto skips the type."""
    kind, payload = wanted.properties["IntegrationType"], wanted.get("PayloadFormatVersion")
    uri = wanted.get("IntegrationUri", "")
    if kind != "AWS_PROXY" or payload != "2.0" or ":lambda:" not in uri:
        raise Invalid(
            f"{wanted.logical_id} integrates {uri or 'nothing'} as {kind} with payload {payload}.",
            "The local gateway integrates Lambda functions (AWS_PROXY) with payload 2.0.",
        )
    made = _api(wanted).create_integration(
        connection_type="INTERNET",
        description=wanted.get("Description", ""),
        integration_method="POST",
        integration_type=kind,
        integration_uri=uri,
        payload_format_version=payload,
        timeout_in_millis=wanted.get("TimeoutInMillis"),
    )
    return Made(made.id, {"IntegrationId": made.id}, delete=lambda: _api(wanted).delete_integration(made.id))


@resource("AWS::ApiGatewayV2::Route")
def route(wanted: Wanted) -> Made:
    """moto skips the type."""
    protection = wanted.get("AuthorizationType", "NONE")
    if protection not in {"NONE", "CUSTOM"}:
        raise Invalid(
            f"The route {wanted.properties['RouteKey']} is protected by {protection}.",
            "The local gateway knows NONE and CUSTOM.",
        )
    made = _api(wanted).create_route(
        api_key_required=False,
        authorization_scopes=[],
        authorization_type=protection,
        authorizer_id=wanted.get("AuthorizerId"),
        route_key=wanted.properties["RouteKey"],
        target=wanted.properties["Target"],
    )
    return Made(made.route_id, {"RouteId": made.route_id}, delete=lambda: _api(wanted).delete_route(made.route_id))


@resource("AWS::ApiGatewayV2::Stage", name="StageName")
def stage(wanted: Wanted) -> Made:
    """moto skips the type."""
    if wanted.name != "$default":
        raise Invalid(f"The stage is named {wanted.name}.", "The local gateway serves the stage $default.")
    made = _api(wanted).create_stage(
        {
            "stageName": wanted.name,
            "defaultRouteSettings": _settings(wanted.get("DefaultRouteSettings") or {}),
            "routeSettings": {key: _settings(value) for key, value in (wanted.get("RouteSettings") or {}).items()},
            "accessLogSettings": wanted.get("AccessLogSettings"),
            "autoDeploy": wanted.get("AutoDeploy"),
        }
    )
    return Made(made.name, delete=lambda: _api(wanted).delete_stage(made.name))


def _settings(template: dict[str, Any]) -> dict[str, Any]:
    """The API's names begin in lower case."""
    return {key[0].lower() + key[1:]: value for key, value in template.items()}
